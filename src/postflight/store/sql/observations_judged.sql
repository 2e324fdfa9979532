-- The observations that a card was judged from, in the order the judge saw them.
SELECT o.id, o.kpi, o.role, o.window_start, o.window_end, o.asked_at, o.definition, o.answered, o.outcome
FROM card_observations AS c
JOIN observations AS o ON o.plan_id = c.plan_id AND o.id = c.observation_id
WHERE c.plan_id = :plan_id AND c.card_id = :card_id
ORDER BY c.position
