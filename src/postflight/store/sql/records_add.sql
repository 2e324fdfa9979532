-- Keep a value that a person vouches for.
INSERT INTO records (plan_id, id, kpi, value, recorded_by, recorded_at, evidence, expires_at)
VALUES (:plan_id, :id, :kpi, :value, :recorded_by, :recorded_at, :evidence, :expires_at)
