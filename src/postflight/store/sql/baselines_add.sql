-- Set a deployment's baseline for one KPI; the first to write a revision has it.
INSERT INTO baselines (plan_id, deployment_id, kpi, revision, state, observation_id, pinned_to, reason, set_by, set_at)
VALUES (:plan_id, :deployment_id, :kpi, :revision, :state, :observation_id, :pinned_to, :reason, :set_by, :set_at)
ON CONFLICT (plan_id, deployment_id, kpi, revision) DO NOTHING
