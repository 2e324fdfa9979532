-- Add a deployment, unless this version went live in this environment at this instant already.
INSERT INTO deployments (plan_id, id, version, environment, commit_id, started_at, ended_at)
VALUES (:plan_id, :id, :version, :environment, :commit_id, :started_at, :ended_at)
ON CONFLICT (plan_id, environment, version, started_at) DO NOTHING
