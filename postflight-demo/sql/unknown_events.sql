-- Events of a type that no other question counts: a misspelt type would otherwise be a zero somewhere.
SELECT days.day, e.event_type, COUNT(e.id) AS value
FROM days
LEFT JOIN security_events e ON e.created_at >= days.starts AND e.created_at < days.ends
  AND e.event_type NOT IN ('login_succeeded', 'login_failed', 'rate_limited', 'attack_attempt', 'access_denied',
    'unauthorized_access', 'encryption_failed')
GROUP BY days.day, e.event_type
