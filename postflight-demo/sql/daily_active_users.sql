-- People who used the product that day, told from their sessions: users.last_active is overwritten and has no past.
SELECT days.day, COUNT(DISTINCT s.user_id) AS value
FROM days
LEFT JOIN sessions s ON s.started_at >= days.starts AND s.started_at < days.ends AND NOT s.is_bot
GROUP BY days.day
