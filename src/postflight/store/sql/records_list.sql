-- Values that people recorded for one KPI up to an instant, the oldest first.
SELECT kpi, value, recorded_by, recorded_at, evidence, expires_at
FROM records
WHERE plan_id = :plan_id AND kpi = :kpi AND recorded_at <= :until
ORDER BY recorded_at, id
