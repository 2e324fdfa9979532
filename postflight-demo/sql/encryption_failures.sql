-- Writes that could not be encrypted.
SELECT days.day, COUNT(e.id) AS value,
  (SELECT MAX(log.created_at) FROM security_events log WHERE log.created_at < :end) AS newest
FROM days
LEFT JOIN security_events e ON e.created_at >= days.starts AND e.created_at < days.ends AND e.event_type = 'encryption_failed'
GROUP BY days.day
