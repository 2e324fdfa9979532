-- Accounts closed in the thirty days that end with each day, of those open before them.
-- Days with fewer than thirty behind them have no answer: a month's churn is not known after a week.
SELECT month.day, COUNT(CASE WHEN u.closed_at < month.ends THEN 1 END) AS hits, COUNT(u.id) AS total
FROM (SELECT days.day, days.ends, LAG(days.starts, 29) OVER (ORDER BY days.starts) AS starts FROM days) month
LEFT JOIN users u ON u.created_at < month.starts AND (u.closed_at IS NULL OR u.closed_at >= month.starts)
WHERE month.starts IS NOT NULL
GROUP BY month.day
