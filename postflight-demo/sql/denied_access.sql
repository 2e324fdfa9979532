-- Requests that were refused for want of rights: expired sessions, wrong roles. The controls at work.
SELECT days.day, COUNT(e.id) AS value
FROM days
LEFT JOIN security_events e ON e.created_at >= days.starts AND e.created_at < days.ends AND e.event_type = 'access_denied'
GROUP BY days.day
