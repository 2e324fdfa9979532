-- Add a release (revision 1: the seal) or an edit of one; the first to write a revision has it.
INSERT INTO releases (plan_id, id, revision, deployments, promise, hash, added_by, added_at)
VALUES (:plan_id, :id, :revision, :deployments, :promise, :hash, :added_by, :added_at)
ON CONFLICT (plan_id, id, revision) DO NOTHING
