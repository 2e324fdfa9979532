-- Seconds to complete a task, over completions only. Negative ones, and those over a day, are no durations.
-- Counted between edges, so that no list of durations leaves the database; an edge where nothing ended is a zero.
WITH edges(above, edge) AS (VALUES (-1, 2), (2, 5), (5, 10), (10, 15), (15, 20), (20, 30), (30, 45), (45, 60), (60, 90), (90, 120),
  (120, 180), (180, 300), (300, 600), (600, 1800), (1800, 7200), (7200, 86400))
SELECT days.day, edges.edge AS bucket, COUNT(a.id) AS count
FROM days
CROSS JOIN edges
LEFT JOIN task_attempts a ON a.started_at >= days.starts AND a.started_at < days.ends AND a.outcome = 'completed'
  AND a.finished_at >= a.started_at AND a.duration_seconds >= 0
  AND a.duration_seconds > edges.above AND a.duration_seconds <= edges.edge
GROUP BY days.day, edges.edge
