-- Of the accounts that tried to log in, those that never got in: what a failure looks like to people rather than to robots.
SELECT d.day,
  COUNT(CASE WHEN d.entered = 0 THEN d.user_id END) AS hits,
  COUNT(d.user_id) AS total
FROM (
  SELECT days.day, e.user_id, COUNT(CASE WHEN e.event_type = 'login_succeeded' THEN 1 END) AS entered
  FROM days
  LEFT JOIN security_events e ON e.created_at >= days.starts AND e.created_at < days.ends
    AND e.event_type IN ('login_succeeded', 'login_failed') AND e.user_id IS NOT NULL
  GROUP BY days.day, e.user_id
) d
GROUP BY d.day
