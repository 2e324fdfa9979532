-- Subscriptions cancelled in the thirty days that end with each day, of those running before them.
-- Days with fewer than thirty behind them have no answer.
SELECT month.day, COUNT(CASE WHEN s.cancelled_at < month.ends THEN 1 END) AS hits, COUNT(s.id) AS total
FROM (SELECT days.day, days.ends, LAG(days.starts, 29) OVER (ORDER BY days.starts) AS starts FROM days) month
LEFT JOIN subscriptions s ON s.started_at < month.starts AND (s.cancelled_at IS NULL OR s.cancelled_at >= month.starts)
WHERE month.starts IS NOT NULL
GROUP BY month.day
