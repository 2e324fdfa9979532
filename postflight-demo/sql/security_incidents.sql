-- Incidents that a person confirmed. Attempts are not incidents (attack_attempts.sql).
SELECT days.day, COUNT(i.id) AS value
FROM days
LEFT JOIN incidents i ON i.confirmed_at >= days.starts AND i.confirmed_at < days.ends
GROUP BY days.day
