-- The plan of one hash.
SELECT hash, product, version, bindings, files, kept_at
FROM plans
WHERE plan_id = :plan_id AND hash = :hash
