-- Deployments that were under way at some instant of a window, the oldest first.
SELECT id, version, environment, commit_id, started_at, ended_at
FROM deployments
WHERE plan_id = :plan_id AND environment = :environment AND started_at < :window_end AND ended_at >= :window_start
ORDER BY started_at, id
