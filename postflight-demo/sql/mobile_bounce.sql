-- A bounce: a session on a phone that saw one page and did nothing on it.
SELECT days.day, COUNT(CASE WHEN s.pages <= 1 AND NOT s.engaged THEN 1 END) AS hits, COUNT(s.id) AS total
FROM days
LEFT JOIN sessions s ON s.started_at >= days.starts AND s.started_at < days.ends AND s.device = 'mobile' AND NOT s.is_bot
GROUP BY days.day
