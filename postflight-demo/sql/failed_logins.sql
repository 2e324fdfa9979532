-- Every failed attempt counts: a thousand against one account is a thousand, and so are those against no account at all.
SELECT days.day, COUNT(e.id) AS value,
  (SELECT MAX(log.created_at) FROM security_events log WHERE log.created_at < :end) AS newest
FROM days
LEFT JOIN security_events e ON e.created_at >= days.starts AND e.created_at < days.ends AND e.event_type = 'login_failed'
GROUP BY days.day
