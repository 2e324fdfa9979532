-- The newest deployments, of one environment or (empty) of all, the newest first.
SELECT id, version, environment, commit_id, started_at, ended_at
FROM deployments
WHERE plan_id = :plan_id AND (:environment = '' OR environment = :environment)
ORDER BY started_at DESC, id DESC
LIMIT :count
