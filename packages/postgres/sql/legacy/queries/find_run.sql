-- The walk that is under way, or was cut off; or this one, as far as it has come.
SELECT id, phase, after, rows_read, seeded, changed, removed, events FROM refold.legacy_runs
WHERE legacy_table = :id::int
  AND phase <> :not_phase::text
  AND id = :run::int
