-- Seconds that one use of a feature lasts. Uses without an end are in feature_unfinished.sql; negative ones and those over a day nowhere.
-- Counted between edges, so that no list of durations leaves the database; an edge where nothing ended is a zero.
WITH edges(above, edge) AS (VALUES (-1, 2), (2, 5), (5, 10), (10, 15), (15, 20), (20, 30), (30, 45), (45, 60), (60, 90), (90, 120),
  (120, 180), (180, 300), (300, 600), (600, 1800), (1800, 7200), (7200, 86400))
SELECT f.name AS feature, edges.edge AS bucket, 0 AS count
FROM features f
CROSS JOIN edges
UNION ALL
SELECT e.feature_name, edges.edge, COUNT(*)
FROM feature_events e
JOIN edges ON e.duration_seconds > edges.above AND e.duration_seconds <= edges.edge
WHERE e.created_at >= :start AND e.created_at < :end AND e.ended_at >= e.started_at AND e.duration_seconds >= 0
GROUP BY e.feature_name, edges.edge
