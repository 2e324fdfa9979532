-- Accounts opened.
SELECT days.day, COUNT(u.id) AS value
FROM days
LEFT JOIN users u ON u.created_at >= days.starts AND u.created_at < days.ends
GROUP BY days.day
