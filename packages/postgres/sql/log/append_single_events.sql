-- Appends a batch of commits of one event each to different streams, without keys: the most frequent kind of batch. The rules
-- and the outcomes are those of append_batch, which takes any batch and more time. Two statements: the first takes the locks of
-- all streams; the second, with a newer snapshot, reads the ends of the streams, inserts, and returns the answers. Each argument
-- has an element per commit, as in append_one_event.
CREATE FUNCTION refold.append_single_events(
  streams text[], expected bigint[], last_event_ids text[],
  event_ids uuid[], event_types text[], event_schema_versions smallint[], event_data jsonb[], event_metadata jsonb[],
  event_occurred_at timestamptz[]
) RETURNS TABLE (
  commit int, outcome text, stream text, first_version bigint, version bigint, "position" bigint, recorded_at timestamptz,
  event_id uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  store CONSTANT oid := 'refold.event_position'::regclass::oid;
  locked boolean[]; -- per commit: whether its stream is locked
  last_drawn bigint;
  is_behind boolean;
  is_locked boolean;
  names bigint;
BEGIN
  IF (
    -2 <= ALL (expected) AND cardinality(streams) = ALL (ARRAY[
      cardinality(expected), cardinality(last_event_ids), cardinality(event_ids), cardinality(event_types),
      cardinality(event_schema_versions), cardinality(event_data), cardinality(event_metadata), cardinality(event_occurred_at)
    ])
  ) IS NOT TRUE THEN
    RAISE EXCEPTION 'versions must not be below -2, and the arrays must have one element per commit'
      USING ERRCODE = 'invalid_parameter_value';
  -- Each stream takes a lock in the lock table, which all sessions of the server share.
  ELSIF cardinality(streams) > 1000 THEN
    PERFORM refold.refuse_input(refold.problem('writes'::text, 'must not have more than 1000 elements'::text));
  END IF;
  -- As in lock_positions, the counter is read before the lock of positions is taken.
  SELECT
    s.last_value,
    coalesce((SELECT e."position" FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1), 0)
      > CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END,
    l.locked, l.names
  INTO last_drawn, is_behind, locked, names
  FROM refold.event_position s, (
    SELECT array_agg(pg_try_advisory_xact_lock(hashtextextended(w.stream, store::bigint)) ORDER BY w.number) AS locked,
      count(DISTINCT w.stream COLLATE "C") AS names
    FROM unnest(streams) WITH ORDINALITY AS w(stream, number)
  ) AS l;
  IF names < cardinality(streams) THEN
    RAISE EXCEPTION 'a stream that a commit writes to must not occur twice in a batch'
      USING ERRCODE = 'invalid_parameter_value';
  ELSIF is_behind OR current_setting('synchronous_commit') = 'off' THEN
    is_locked := refold.lock_positions(false);
  ELSE
    is_locked := pg_try_advisory_xact_lock_shared(store::int4, last_drawn::bit(32)::int4);
  END IF;
  RETURN QUERY
  WITH checked AS MATERIALIZED (
    SELECT w.*, coalesce(s.version, 0) AS version, s.event_id AS last_id,
      greatest(s.recorded_at, date_trunc('milliseconds', clock_timestamp())) AS recorded_at,
      CASE
        WHEN NOT (w.locked AND is_locked) THEN 'busy'
        WHEN coalesce(s.version, 0) = w.expected OR w.expected = -1 OR w.expected = -2 AND s.version > 0
          THEN CASE WHEN s.event_id::text <> nullif(w.last_event_id, '') THEN 'version_conflict' ELSE 'appended' END
        ELSE 'version_conflict'
      END AS outcome
    FROM unnest(
      streams, expected, last_event_ids, event_ids, event_types, event_schema_versions, event_data, event_metadata,
      event_occurred_at, locked
    ) WITH ORDINALITY
      AS w(stream, expected, last_event_id, id, type, schema_version, data, metadata, occurred_at, locked, number)
    LEFT JOIN LATERAL (
      SELECT s.version, s.event_id, s.recorded_at FROM refold.event_store s
      WHERE s.stream = w.stream ORDER BY s.version DESC LIMIT 1
    ) AS s ON true
  ), inserted AS (
    INSERT INTO refold.event_store
      (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
    SELECT w.stream, w.version + 1, w.id, w.type, w.schema_version, w.data, w.metadata, w.occurred_at, w.recorded_at
    FROM checked w WHERE w.outcome = 'appended' ORDER BY w.number
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_store.stream, event_store."position"
  )
  SELECT
    w.number::int,
    CASE WHEN w.outcome = 'appended' AND i."position" IS NULL THEN 'duplicate_event_id' ELSE w.outcome END,
    w.stream,
    w.version + 1,
    CASE WHEN i."position" IS NULL THEN w.version ELSE w.version + 1 END,
    i."position",
    w.recorded_at,
    CASE
      WHEN w.outcome = 'version_conflict' AND w.version = w.expected THEN w.last_id
      WHEN w.outcome = 'appended' AND i."position" IS NULL THEN w.id
    END
  FROM checked w LEFT JOIN inserted i ON i.stream = w.stream;
END
$$
