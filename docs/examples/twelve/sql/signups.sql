SELECT days.day, count(users.id) AS value
FROM days LEFT JOIN users ON users.created_at >= days.starts AND users.created_at < days.ends
GROUP BY days.day
