-- Keep what the judge must remember next time.
UPDATE pasts
SET past = :past
WHERE plan_id = :plan_id AND subject = :subject
