-- Begins a walk through a legacy table.
INSERT INTO refold.legacy_runs (legacy_table) VALUES (:id::int)
RETURNING id, phase, after, rows_read, seeded, changed, removed, events
