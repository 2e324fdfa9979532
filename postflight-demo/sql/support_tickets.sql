-- Tickets by category, with a row for each category on each day: a quiet day is a zero, not a gap.
SELECT days.day, c.category, COUNT(t.id) AS value,
  (SELECT MAX(latest.created_at) FROM support_tickets latest WHERE latest.created_at < :end) AS newest
FROM days
CROSS JOIN (
  SELECT COALESCE(NULLIF(trim(category), ''), '(none)') AS category
  FROM support_tickets
  WHERE created_at >= :start AND created_at < :end
  UNION
  SELECT '(none)'
) c
LEFT JOIN support_tickets t ON t.created_at >= days.starts AND t.created_at < days.ends
  AND COALESCE(NULLIF(trim(t.category), ''), '(none)') = c.category
GROUP BY days.day, c.category
