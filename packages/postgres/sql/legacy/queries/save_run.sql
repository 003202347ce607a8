-- How far a walk has come, in the transaction that stored what it found.
UPDATE refold.legacy_runs SET
  phase = :phase::text,
  after = CASE WHEN :has_after::boolean THEN :after::text END,
  rows_read = :rows_read::bigint, seeded = :seeded::bigint, changed = :changed::bigint, removed = :removed::bigint,
  events = :events::bigint,
  finished_at = CASE WHEN :phase::text = 'Done' THEN clock_timestamp() END
WHERE id = :run::int
