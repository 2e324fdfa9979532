-- People who used the product in the seven days that end with each day; days with fewer than seven behind them have no answer.
SELECT week.day, COUNT(DISTINCT s.user_id) AS value
FROM (SELECT days.day, days.ends, LAG(days.starts, 6) OVER (ORDER BY days.starts) AS starts FROM days) week
LEFT JOIN sessions s ON s.started_at >= week.starts AND s.started_at < week.ends AND NOT s.is_bot
WHERE week.starts IS NOT NULL
GROUP BY week.day
