-- Keep what a source said.
INSERT INTO observations (plan_id, id, kpi, role, window_start, window_end, asked_at, definition, answered, outcome, hash)
VALUES (:plan_id, :id, :kpi, :role, :window_start, :window_end, :asked_at, :definition, :answered, :outcome, :hash)
