-- A deployment's baseline for one KPI or (empty) for all as it now holds, with its observation and the version it is pinned to.
SELECT b.kpi, b.revision, b.state, b.reason, COALESCE(d.version, '') AS pinned_version, o.hash,
       o.id, o.role, o.window_start, o.window_end, o.asked_at, o.definition, o.answered, o.outcome
FROM baselines AS b
JOIN observations AS o ON o.plan_id = b.plan_id AND o.id = b.observation_id
LEFT JOIN deployments AS d ON d.plan_id = b.plan_id AND d.id = b.pinned_to
WHERE b.plan_id = :plan_id AND b.deployment_id = :deployment_id AND (:kpi = '' OR b.kpi = :kpi)
  AND b.revision = (
    SELECT MAX(newest.revision)
    FROM baselines AS newest
    WHERE newest.plan_id = b.plan_id AND newest.deployment_id = b.deployment_id AND newest.kpi = b.kpi
  )
ORDER BY b.kpi
