-- Write down who did what.
INSERT INTO audit (plan_id, id, done_at, done_by, action, subject, before, after)
VALUES (:plan_id, :id, :done_at, :done_by, :action, :subject, :before, :after)
