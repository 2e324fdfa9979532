-- Answers from 1 to 5. One vote a visitor, the latest; whole numbers only.
SELECT SUM(v.vote) AS sum, COUNT(*) AS count, SUM(v.vote * v.vote) AS sumsq
FROM (
  SELECT f.score AS vote,
    ROW_NUMBER() OVER (PARTITION BY f.visitor_id ORDER BY f.answered_at DESC, f.id DESC) AS recency
  FROM feedback f
  WHERE f.kind = 'csat' AND f.answered_at >= :start AND f.answered_at < :end
    AND f.score BETWEEN 1 AND 5 AND f.score = CAST(f.score AS INTEGER)
) v
WHERE v.recency = 1
