-- What was done last, the newest first.
SELECT id, done_at, done_by, action, subject, before, after
FROM audit
WHERE plan_id = :plan_id
ORDER BY done_at DESC, id DESC
LIMIT :count
