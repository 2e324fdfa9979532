SELECT days.day, COALESCE(SUM(o.amount), 0) AS sum, COUNT(o.id) AS count, COALESCE(SUM(o.amount * o.amount), 0) AS sumsq
FROM days
LEFT JOIN orders o ON o.created_at >= days.starts AND o.created_at < days.ends AND o.currency = 'USD' AND NOT o.refunded
GROUP BY days.day
