-- A batch of a generation (here: 0), in one statement. In the order of the keys, so that two writers cannot wait for one
-- another: commits write rows of inline projections, too.
WITH stored AS (
  INSERT INTO refold.rows_0 AS known (key, state, "position", version)
  SELECT r.key, r.state, r."position", r.version
  FROM unnest(:keys::text[], :states::text[]::jsonb[], :positions::bigint[], :versions::bigint[])
    AS r(key, state, "position", version)
  ORDER BY r.key COLLATE "C"
  ON CONFLICT (key) DO UPDATE SET state = excluded.state, "position" = excluded."position", version = excluded.version
  WHERE NOT :keeps_newer::boolean OR known.version < excluded.version
), removed AS (
  DELETE FROM refold.rows_0 WHERE key = ANY (:removed::text[])
)
SELECT refold.save_checkpoint(
  :generation::int, :checkpoint::bigint, :rate::float8, :rows_changed::boolean,
  :parked::text[], :parked_versions::bigint[], :parked_positions::bigint[], :parked_types::text[], :stages::text[],
  :reasons::text[], :attempts::int[],
  :unparked::text[]
)
