-- Give an unfinished deployment its end.
UPDATE deployments
SET ended_at = :ended_at
WHERE plan_id = :plan_id AND id = :id AND ended_at = started_at
