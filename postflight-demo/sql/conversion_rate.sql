-- Sessions that handed in an application, on any device.
SELECT days.day, COUNT(CASE WHEN s.converted THEN 1 END) AS hits, COUNT(s.id) AS total
FROM days
LEFT JOIN sessions s ON s.started_at >= days.starts AND s.started_at < days.ends AND NOT s.is_bot
GROUP BY days.day
