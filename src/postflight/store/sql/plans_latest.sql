-- The plan that was kept last.
SELECT hash, product, version, bindings, files, kept_at
FROM plans
WHERE plan_id = :plan_id
ORDER BY kept_at DESC, hash
LIMIT 1
