-- Appends events to one or several streams, all or nothing, and answers by rows: a refusal is a row, not an error, so
-- that the caller's transaction stays usable. The caller has locked the streams and the key (lock_streams).
--   streams, expected, event_counts   per write: expected is a version, -1 (any) or -2 (exists); a write with 0 events is
--                                     a guard: it stores nothing, and its expected must not be -1
--   event_*                           per event, in the order of the writes
--   never_expires                     whether the key is exempt from expiry; keys of processes always are
--   last_event_ids                    per write: the event that is expected to be the stream's last one, '' = not checked
-- Outcomes, checked in this order: deduplicated (a row per write) or idempotency_conflict; version_conflict (the first
-- stream that is not as expected, guards included); duplicate_event_id (the first id that is stored or repeated);
-- appended (a row per write). Guards have no row.
CREATE FUNCTION refold.append_commit(
  key text, fingerprint text, streams text[], expected bigint[], event_counts int[],
  event_ids uuid[], event_types text[], event_schema_versions smallint[], event_data jsonb[], event_metadata jsonb[],
  event_occurred_at timestamptz[],
  never_expires boolean DEFAULT false,
  last_event_ids text[] DEFAULT NULL
) RETURNS SETOF refold.append_answer LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  hash CONSTANT bytea := CASE
    WHEN key <> '' THEN refold.commit_fingerprint(fingerprint, streams, event_counts, event_types, event_data) END;
  answers refold.append_answer[] := '{}'; -- per write
  stored_answers refold.append_answer[] := '{}'; -- per write with events
  answer refold.append_answer;
  first_event int := 1;
  last_event int;
  stored int;
  first_position bigint; -- of a commit of several events
  -- Read once, in milliseconds: a read as of an instant gives all of a commit or nothing.
  clock CONSTANT timestamptz := date_trunc('milliseconds', clock_timestamp());
BEGIN
  IF 0 = ANY (event_counts) THEN
    PERFORM refold.check_guards(expected, event_counts);
  END IF;
  IF key <> '' THEN
    IF starts_with(key, 'refold:') THEN
      PERFORM refold.check_process_key(key, event_metadata);
      never_expires := true;
    END IF;
    RETURN QUERY SELECT * FROM refold.stored_answer(key, hash);
    IF FOUND THEN RETURN; END IF;
  END IF;

  FOR write IN 1 .. cardinality(streams) LOOP
    answer := refold.stream_end(streams[write], clock);
    IF answer.version <> expected[write] AND expected[write] <> -1 AND (expected[write] <> -2 OR answer.version = 0) THEN
      answer.outcome := 'version_conflict';
      answer.event_id := NULL;
      RETURN NEXT answer;
      RETURN;
    ELSIF answer.event_id::text <> nullif(last_event_ids[write], '') THEN
      answer.outcome := 'version_conflict';
      RETURN NEXT answer;
      RETURN;
    END IF;
    answer.event_id := NULL;
    answers := answers || answer;
  END LOOP;

  -- A single event needs no check beforehand: if its id is stored, nothing is inserted.
  IF cardinality(event_ids) > 1 THEN
    answer := NULL;
    answer.event_id := refold.first_duplicate(event_ids);
    IF answer.event_id IS NOT NULL THEN
      answer.outcome := 'duplicate_event_id';
      RETURN NEXT answer;
      RETURN;
    END IF;
  END IF;

  PERFORM refold.lock_positions(true);
  IF cardinality(event_ids) > 1 THEN
    first_position := nextval('refold.event_position');
  END IF;
  FOR write IN 1 .. cardinality(streams) LOOP
    CONTINUE WHEN event_counts[write] = 0;
    answer := answers[write];
    last_event := first_event + event_counts[write] - 1;
    WITH inserted AS (
      INSERT INTO refold.event_store
        ("position", stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at, commit_offset)
      SELECT e."position", answer.stream, answer.version + e.number, e.id, e.type, e.schema_version, e.data, e.metadata,
        e.occurred_at, answer.recorded_at, coalesce(e."position" - first_position, 0)
      FROM (
        -- A subquery, so that the volatile column is computed once for each event.
        SELECT e.*, CASE
          WHEN first_event + e.number = 2 AND first_position IS NOT NULL THEN first_position
          ELSE nextval('refold.event_position')
        END AS "position"
        FROM unnest(
          event_ids[first_event:last_event], event_types[first_event:last_event],
          event_schema_versions[first_event:last_event], event_data[first_event:last_event],
          event_metadata[first_event:last_event], event_occurred_at[first_event:last_event]
        ) WITH ORDINALITY AS e(id, type, schema_version, data, metadata, occurred_at, number)
      ) AS e
      ON CONFLICT (event_id) DO NOTHING
      RETURNING event_store."position"
    )
    SELECT count(*), max(inserted."position") INTO stored, answer."position" FROM inserted;
    IF stored = 0 AND cardinality(event_ids) = 1 THEN
      answer := ('duplicate_event_id', NULL, NULL, NULL, NULL, NULL, event_ids[1]);
      RETURN NEXT answer;
      RETURN;
    ELSIF stored < event_counts[write] THEN
      -- A commit must not be stored in part. A subtransaction would slow every append; the retry finds the id.
      RAISE EXCEPTION 'another transaction stored an event id of this commit at the same time'
        USING ERRCODE = 'serialization_failure', HINT = 'Retry the transaction.';
    END IF;
    answer.outcome := 'appended';
    answer.first_version := answer.version + 1;
    answer.version := answer.version + event_counts[write];
    stored_answers := stored_answers || answer;
    RETURN NEXT answer;
    first_event := last_event + 1;
  END LOOP;

  IF key <> '' THEN
    -- created_at is the recorded time of the first event, so that the two agree.
    INSERT INTO refold.idempotency_keys (key, fingerprint, answer, created_at, never_expires)
    VALUES (key, hash, to_jsonb(stored_answers), stored_answers[1].recorded_at, never_expires);
  END IF;
END
$$
