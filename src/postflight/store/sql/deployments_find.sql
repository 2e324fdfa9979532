-- Deployments of this id or version, the newest first.
SELECT id, version, environment, commit_id, started_at, ended_at
FROM deployments
WHERE plan_id = :plan_id AND (id = :name OR version = :name)
ORDER BY started_at DESC, id DESC
