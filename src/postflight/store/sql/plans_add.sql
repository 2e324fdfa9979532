-- Keep a plan's texts under its hash; a plan that is kept already stays as it is.
INSERT INTO plans (plan_id, hash, product, version, bindings, files, kept_at)
VALUES (:plan_id, :hash, :product, :version, :bindings, :files, :kept_at)
ON CONFLICT (plan_id, hash) DO NOTHING
