-- One card with its document and what it was judged from.
SELECT id, plan_hash, method, occasion, past, document
FROM cards
WHERE plan_id = :plan_id AND id = :id
