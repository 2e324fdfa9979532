-- Remarks about a stretch of time that touches a window, the oldest first.
SELECT id, starts_at, ends_at, text, added_by, added_at
FROM annotations
WHERE plan_id = :plan_id AND starts_at < :window_end AND ends_at >= :window_start
ORDER BY starts_at, id
