-- What people said about the milestones of a subject, the oldest first.
SELECT milestone, item, met, signed_by, signed_at, evidence, expires_at
FROM signoffs
WHERE plan_id = :plan_id AND subject = :subject AND signed_at <= :until
ORDER BY signed_at, id
