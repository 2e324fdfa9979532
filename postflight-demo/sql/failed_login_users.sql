-- Accounts that had a failed login.
SELECT days.day, COUNT(DISTINCT e.user_id) AS value
FROM days
LEFT JOIN security_events e ON e.created_at >= days.starts AND e.created_at < days.ends AND e.event_type = 'login_failed'
GROUP BY days.day
