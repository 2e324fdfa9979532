-- Of the tasks begun, those completed. One that never reported back was begun, and was not completed.
SELECT days.day, a.task, COUNT(CASE WHEN a.outcome = 'completed' THEN 1 END) AS hits, COUNT(a.id) AS total
FROM days
LEFT JOIN task_attempts a ON a.started_at >= days.starts AND a.started_at < days.ends
GROUP BY days.day, a.task
