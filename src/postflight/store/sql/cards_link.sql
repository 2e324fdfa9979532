-- Say which observation stood at this place when the card was judged.
INSERT INTO card_observations (plan_id, card_id, position, observation_id)
VALUES (:plan_id, :card_id, :position, :observation_id)
