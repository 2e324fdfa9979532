-- Observations of one KPI in one role that were asked within a window, the oldest first.
SELECT id, kpi, role, window_start, window_end, asked_at, definition, answered, outcome
FROM observations
WHERE plan_id = :plan_id AND kpi = :kpi AND role = :role AND asked_at >= :window_start AND asked_at < :window_end
ORDER BY asked_at, id
