-- Of the people active in the window, those who used each feature of the catalogue in it.
-- A feature nobody used is 0 %; a use by someone who was not active, or by nobody known, adopts nothing.
SELECT f.name AS feature, COUNT(DISTINCT used.user_id) AS hits, active.users AS total
FROM features f
CROSS JOIN (
  SELECT COUNT(DISTINCT s.user_id) AS users
  FROM sessions s
  WHERE s.started_at >= :start AND s.started_at < :end AND NOT s.is_bot
) active
LEFT JOIN feature_events used ON used.feature_name = f.name AND used.created_at >= :start AND used.created_at < :end
  AND EXISTS (
    SELECT 1 FROM sessions s
    WHERE s.user_id = used.user_id AND s.started_at >= :start AND s.started_at < :end AND NOT s.is_bot
  )
GROUP BY f.name, active.users
