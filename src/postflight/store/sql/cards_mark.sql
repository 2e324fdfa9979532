-- Keep one KPI's level on a card, for histories and heatmaps.
INSERT INTO card_kpis (plan_id, card_id, kpi, level, value, blocker, definition)
VALUES (:plan_id, :card_id, :kpi, :level, :value, :blocker, :definition)
