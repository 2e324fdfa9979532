-- Keep a card, with all that it was judged from but the observations.
INSERT INTO cards (
  plan_id, id, deployment_id, release_id, judged_at, plan_hash, method, verdict,
  composite, score_low, score_high, coverage, grade, status, occasion, past, document
)
VALUES (
  :plan_id, :id, :deployment_id, :release_id, :judged_at, :plan_hash, :method, :verdict,
  :composite, :score_low, :score_high, :coverage, :grade, :status, :occasion, :past, :document
)
