SELECT days.day, count(orders.id) AS value
FROM days LEFT JOIN orders ON orders.paid_at >= days.starts AND orders.paid_at < days.ends
GROUP BY days.day
