-- What the judge must remember about a subject.
SELECT past
FROM pasts
WHERE plan_id = :plan_id AND subject = :subject
