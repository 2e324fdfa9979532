-- Failed logins for names that are nobody's account.
SELECT days.day, COUNT(e.id) AS value
FROM days
LEFT JOIN security_events e ON e.created_at >= days.starts AND e.created_at < days.ends
  AND e.event_type = 'login_failed' AND e.user_id IS NULL
GROUP BY days.day
