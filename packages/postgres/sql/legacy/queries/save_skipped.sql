-- Lists rows that could not be turned into events. '' stands for no key: an array of the driver holds no NULL.
INSERT INTO refold.legacy_skipped AS known (legacy_table, key, rows, reason, run)
SELECT :id::int, CASE WHEN s.has_key THEN s.key END, s.rows, s.reason,
  (SELECT coalesce(max(id), 0) FROM refold.legacy_runs WHERE legacy_table = :id::int)
FROM unnest(:keys::text[], :have_keys::boolean[], :rows::bigint[], :reasons::text[]) AS s (key, has_key, rows, reason)
ON CONFLICT ON CONSTRAINT legacy_skipped_key DO UPDATE SET
  rows = excluded.rows, reason = excluded.reason, run = excluded.run
