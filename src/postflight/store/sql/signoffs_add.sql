-- Keep a person's word on a milestone item.
INSERT INTO signoffs (plan_id, id, subject, milestone, item, met, signed_by, signed_at, evidence, expires_at)
VALUES (:plan_id, :id, :subject, :milestone, :item, :met, :signed_by, :signed_at, :evidence, :expires_at)
