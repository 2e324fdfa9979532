-- Sessions on phones, of all sessions by people.
SELECT days.day, COUNT(CASE WHEN s.device = 'mobile' THEN 1 END) AS hits, COUNT(s.id) AS total
FROM days
LEFT JOIN sessions s ON s.started_at >= days.starts AND s.started_at < days.ends AND NOT s.is_bot
GROUP BY days.day
