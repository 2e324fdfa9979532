-- Every revision of every release, in the order of releases and revisions.
SELECT id, revision, deployments, promise, hash, added_by, added_at
FROM releases
WHERE plan_id = :plan_id
ORDER BY id, revision
