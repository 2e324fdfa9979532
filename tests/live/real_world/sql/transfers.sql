SELECT days.day, count(h.tid) AS value
FROM days LEFT JOIN pgbench_history h ON h.mtime AT TIME ZONE 'UTC' >= days.starts AND h.mtime AT TIME ZONE 'UTC' < days.ends
GROUP BY days.day
