-- The newest cards, of one deployment and one release (empty for any), the newest first.
SELECT id, deployment_id, release_id, judged_at, plan_hash, method, verdict,
       composite, score_low, score_high, coverage, grade, status
FROM cards
WHERE plan_id = :plan_id
  AND (:deployment_id = '' OR deployment_id = :deployment_id)
  AND (:release_id = '' OR release_id = :release_id)
ORDER BY judged_at DESC, id DESC
LIMIT :count
