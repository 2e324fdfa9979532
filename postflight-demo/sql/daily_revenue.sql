-- Money taken and not given back, in the one currency of the plan: others are never added to it.
SELECT days.day, COALESCE(SUM(o.amount), 0) AS value
FROM days
LEFT JOIN orders o ON o.created_at >= days.starts AND o.created_at < days.ends AND o.currency = 'USD' AND NOT o.refunded
GROUP BY days.day
