-- The newest evidence for exactly this question about exactly this window.
SELECT id, kpi, role, window_start, window_end, asked_at, definition, answered, outcome
FROM observations
WHERE plan_id = :plan_id AND kpi = :kpi AND role = :role
  AND window_start = :window_start AND window_end = :window_end AND definition = :definition AND answered
ORDER BY asked_at DESC, id DESC
LIMIT 1
