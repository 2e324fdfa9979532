-- Keep a remark about a stretch of time.
INSERT INTO annotations (plan_id, id, starts_at, ends_at, text, added_by, added_at)
VALUES (:plan_id, :id, :starts_at, :ends_at, :text, :added_by, :added_at)
