-- The deployment of this version to this environment at this instant.
SELECT id, version, environment, commit_id, started_at, ended_at
FROM deployments
WHERE plan_id = :plan_id AND environment = :environment AND version = :version AND started_at = :started_at
