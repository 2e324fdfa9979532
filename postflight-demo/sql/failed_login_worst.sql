-- The most failed logins of any one account.
SELECT days.day, COALESCE(MAX(f.failures), 0) AS value
FROM days
LEFT JOIN (
  SELECT d.day, e.user_id, COUNT(*) AS failures
  FROM days d
  JOIN security_events e ON e.created_at >= d.starts AND e.created_at < d.ends
    AND e.event_type = 'login_failed' AND e.user_id IS NOT NULL
  GROUP BY d.day, e.user_id
) f ON f.day = days.day
GROUP BY days.day
