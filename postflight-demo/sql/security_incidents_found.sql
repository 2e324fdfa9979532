SELECT i.severity, COUNT(*) AS value
FROM incidents i
WHERE i.confirmed_at >= :start AND i.confirmed_at < :end
GROUP BY i.severity
