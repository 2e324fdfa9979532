-- Minutes from the first to the last sign of life. Sessions that still run, end before they start or last over a day are no durations.
SELECT days.day, COALESCE(SUM(s.duration_seconds), 0) / 60.0 AS sum, COUNT(s.id) AS count,
  COALESCE(SUM(s.duration_seconds * s.duration_seconds), 0) / 3600.0 AS sumsq
FROM days
LEFT JOIN sessions s ON s.started_at >= days.starts AND s.started_at < days.ends AND NOT s.is_bot
  AND s.ended_at >= s.started_at AND s.duration_seconds BETWEEN 0 AND 86400
GROUP BY days.day
