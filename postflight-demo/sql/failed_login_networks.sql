-- Networks that failed logins came from: /24 of IPv4, /56 of IPv6 (stored in full, eight groups of four digits).
SELECT days.day,
  COUNT(DISTINCT CASE WHEN e.ip_address LIKE '%:%' THEN substr(e.ip_address, 1, 17) ELSE rtrim(e.ip_address, '0123456789') END) AS value
FROM days
LEFT JOIN security_events e ON e.created_at >= days.starts AND e.created_at < days.ends AND e.event_type = 'login_failed'
GROUP BY days.day
