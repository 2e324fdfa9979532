-- Uses of each feature of the catalogue; one that nobody used is a zero.
SELECT days.day, f.name AS feature, COUNT(e.id) AS value
FROM days
CROSS JOIN features f
LEFT JOIN feature_events e ON e.feature_name = f.name AND e.created_at >= days.starts AND e.created_at < days.ends
GROUP BY days.day, f.name
