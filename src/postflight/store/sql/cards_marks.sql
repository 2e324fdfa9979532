-- The KPIs of the cards of one deployment and one release (empty for any), judged from one instant to another, both included.
SELECT k.card_id, k.kpi, k.level, k.value, k.blocker, k.definition
FROM cards AS c
JOIN card_kpis AS k ON k.plan_id = c.plan_id AND k.card_id = c.id
WHERE c.plan_id = :plan_id
  AND (:deployment_id = '' OR c.deployment_id = :deployment_id)
  AND (:release_id = '' OR c.release_id = :release_id)
  AND c.judged_at BETWEEN :oldest AND :newest
ORDER BY k.card_id, k.kpi
