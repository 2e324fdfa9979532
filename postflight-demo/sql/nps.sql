-- A promoter (9, 10) is 100, a detractor (0 to 6) is −100, and their mean is the score.
-- One vote a visitor, the latest; whole numbers from 0 to 10 only.
SELECT SUM(v.vote) AS sum, COUNT(*) AS count, SUM(v.vote * v.vote) AS sumsq
FROM (
  SELECT CASE WHEN f.score >= 9 THEN 100 WHEN f.score <= 6 THEN -100 ELSE 0 END AS vote,
    ROW_NUMBER() OVER (PARTITION BY f.visitor_id ORDER BY f.answered_at DESC, f.id DESC) AS recency
  FROM feedback f
  WHERE f.kind = 'nps' AND f.answered_at >= :start AND f.answered_at < :end
    AND f.score BETWEEN 0 AND 10 AND f.score = CAST(f.score AS INTEGER)
) v
WHERE v.recency = 1
