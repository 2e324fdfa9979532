-- What the judge must remember about a subject, held against other writers until this transaction ends.
INSERT INTO pasts (plan_id, subject, past)
VALUES (:plan_id, :subject, :nothing)
ON CONFLICT (plan_id, subject) DO UPDATE SET subject = excluded.subject
RETURNING past
