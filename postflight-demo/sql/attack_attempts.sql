-- Attempts that the edge recognised as an attack, whatever became of them. Any public site has them; what matters is more than usual.
SELECT days.day, COUNT(e.id) AS value
FROM days
LEFT JOIN security_events e ON e.created_at >= days.starts AND e.created_at < days.ends
  AND e.event_type IN ('attack_attempt', 'rate_limited')
GROUP BY days.day
