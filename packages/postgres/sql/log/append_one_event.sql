-- Appends one event to one stream: the fast path for a single commit without a key and without other writes. The arguments,
-- the rules and the outcomes are those of append_events. If another transaction holds the stream's lock, the outcome is "busy"
-- and nothing is tried. Only three statements, because each costs microseconds: take the lock; read the end of the stream,
-- after the lock, so that the snapshot is newer; INSERT. append_events takes about twice the time.
CREATE FUNCTION refold.append_one_event(
  stream text, expected bigint, last_event_id text,
  event_id uuid, event_type text, event_schema_version smallint, event_data jsonb, event_metadata jsonb,
  event_occurred_at timestamptz
) RETURNS refold.append_answer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  store CONSTANT oid := 'refold.event_position'::regclass::oid;
  last_drawn bigint;
  is_behind boolean;
  is_locked boolean;
  last_id uuid;
  answer refold.append_answer;
BEGIN
  IF (expected >= -2) IS NOT TRUE THEN
    RAISE EXCEPTION 'versions must not be below -2' USING ERRCODE = 'invalid_parameter_value';
  ELSIF NOT pg_try_advisory_xact_lock(hashtextextended(stream, store::bigint)) THEN
    answer.outcome := 'busy';
    RETURN answer;
  END IF;
  -- As in lock_positions, the counter is read before the lock of positions is taken.
  SELECT
    s.last_value,
    coalesce((SELECT e."position" FROM refold.event_store e ORDER BY e."position" DESC LIMIT 1), 0)
      > CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END,
    coalesce(l.version, 0), l.event_id, greatest(l.recorded_at, date_trunc('milliseconds', clock_timestamp()))
  INTO last_drawn, is_behind, answer.version, last_id, answer.recorded_at
  FROM refold.event_position s
  LEFT JOIN LATERAL (
    SELECT e.version, e.event_id, e.recorded_at FROM refold.event_store e
    WHERE e.stream = append_one_event.stream ORDER BY e.version DESC LIMIT 1
  ) AS l ON true;
  answer.stream := stream;
  IF answer.version <> expected AND expected <> -1 AND (expected <> -2 OR answer.version = 0) THEN
    answer.outcome := 'version_conflict';
    RETURN answer;
  ELSIF last_id::text <> nullif(last_event_id, '') THEN
    answer.outcome := 'version_conflict';
    answer.event_id := last_id;
    RETURN answer;
  END IF;
  IF is_behind OR current_setting('synchronous_commit') = 'off' THEN
    is_locked := refold.lock_positions(false);
  ELSE
    is_locked := pg_try_advisory_xact_lock_shared(store::int4, last_drawn::bit(32)::int4);
  END IF;
  IF NOT is_locked THEN
    answer.outcome := 'busy';
    RETURN answer;
  END IF;
  INSERT INTO refold.event_store (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
  VALUES (
    stream, answer.version + 1, event_id, event_type, event_schema_version, event_data, event_metadata, event_occurred_at,
    answer.recorded_at
  )
  ON CONFLICT ON CONSTRAINT event_store_event_id DO NOTHING
  RETURNING event_store."position" INTO answer."position";
  IF answer."position" IS NULL THEN
    RETURN ('duplicate_event_id', NULL, NULL, NULL, NULL, NULL, event_id)::refold.append_answer;
  END IF;
  answer.outcome := 'appended';
  answer.version := answer.version + 1;
  answer.first_version := answer.version;
  RETURN answer;
END
$$
