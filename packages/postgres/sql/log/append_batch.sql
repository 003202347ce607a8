-- Appends a batch of independent commits by set-based statements. Each commit gets rows of its own as its answer, and a refused
-- commit does not affect the others. The rules and the outcomes are those of append_events, with two differences. A batch never
-- waits for a lock: a commit that needs a lock of another transaction is answered "busy" and not tried. And a stream may occur
-- twice in a batch only as a guard: one snapshot checks all guards, so two commits that guard each other's streams would both pass.
--   write_counts                             per commit: the number of its writes
--   streams, expected, event_counts, last_event_ids   per write; a last_event_id of '' is not checked
--   event_*                                  per event
--   keys, fingerprints, never_expire         per commit; '' = none, no array = no commit has a key
-- The order of the statements matters: take the locks; read the ends of the streams, with a newer snapshot; take the lock of
-- positions; INSERT, whose ORDER BY draws the positions in the order of the input; return the answers, joined by stream, which
-- only one commit writes. Generic plans, because a small batch would be planned anew each time.
CREATE FUNCTION refold.append_batch(
  write_counts int[],
  streams text[], expected bigint[], event_counts int[], last_event_ids text[],
  event_ids uuid[], event_types text[], event_schema_versions smallint[], event_data jsonb[], event_metadata jsonb[],
  event_occurred_at timestamptz[],
  keys text[] DEFAULT NULL, fingerprints text[] DEFAULT NULL, never_expire boolean[] DEFAULT NULL
) RETURNS TABLE (
  commit int, outcome text, stream text, first_version bigint, version bigint, "position" bigint, recorded_at timestamptz,
  event_id uuid
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  store CONSTANT bigint := 'refold.event_position'::regclass::oid::bigint;
  write_commits int[]; -- per write: its commit
  event_writes int[]; -- per event: its write
  offsets bigint[]; -- per write: the number of events before it
  -- Per write: whether its stream is locked, whether the stream is as expected, and where it ends (see stream_end).
  locked boolean[];
  as_expected boolean[];
  ends bigint[];
  last_ids uuid[];
  times timestamptz[];
  clock timestamptz; -- read once, as in append_commit
  open boolean[] := array_fill(true, ARRAY[cardinality(write_counts)]); -- per commit: whether it has no answer yet
  hashes bytea[]; -- per commit with a key: its fingerprint
  last_write int; first_event int; last_event int; -- of a commit with a key
  stored bigint[]; -- per write: how many of its events are stored, and the position of the last
  positions bigint[];
  -- Where a commit has several events. Per event: its position; per commit: the number of its first event.
  drawn bigint[];
  firsts bigint[];
  refusal record;
BEGIN
  PERFORM refold.check_batch(
    write_counts, streams, expected, event_counts,
    ARRAY[cardinality(expected), cardinality(event_counts), cardinality(last_event_ids)],
    ARRAY[
      cardinality(event_ids), cardinality(event_types), cardinality(event_schema_versions), cardinality(event_data),
      cardinality(event_metadata), cardinality(event_occurred_at)
    ]
  );
  write_commits := refold.repeat_numbers(write_counts);
  event_writes := refold.repeat_numbers(event_counts);

  SELECT array_agg(w.locked), array_agg(w.events_before) INTO locked, offsets FROM (
    SELECT
      CASE WHEN w.events > 0 THEN pg_try_advisory_xact_lock(hashtextextended(w.stream, store))
        ELSE pg_try_advisory_xact_lock_shared(hashtextextended(w.stream, store)) END AS locked,
      sum(w.events) OVER (ORDER BY w.number) - w.events AS events_before
    FROM unnest(streams, event_counts) WITH ORDINALITY AS w(stream, events, number) ORDER BY w.number
  ) AS w;
  IF false = ANY (locked) THEN
    open := ARRAY(SELECT bool_and(w.l) FROM unnest(write_commits, locked) AS w(c, l) GROUP BY w.c ORDER BY w.c);
    RETURN QUERY SELECT c.number::int, 'busy', NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::uuid
    FROM unnest(open) WITH ORDINALITY AS c(is_open, number) WHERE NOT c.is_open;
  END IF;
  FOR refusal IN
    SELECT k.number::int AS commit, k.key, array_position(write_commits, k.number::int) AS first_write
    FROM unnest(keys) WITH ORDINALITY AS k(key, number) WHERE k.key <> '' AND open[k.number] ORDER BY k.number
  LOOP
    commit := refusal.commit;
    IF NOT pg_try_advisory_xact_lock(hashtextextended(refusal.key, -store)) THEN
      outcome := 'busy';
      open[commit] := false;
      RETURN NEXT;
      CONTINUE;
    END IF;
    last_write := refusal.first_write + write_counts[commit] - 1;
    first_event := offsets[refusal.first_write] + 1;
    last_event := offsets[last_write] + event_counts[last_write];
    IF starts_with(refusal.key, 'refold:') THEN
      PERFORM refold.check_process_key(refusal.key, event_metadata[first_event:last_event]);
      never_expire[commit] := true;
    END IF;
    hashes[commit] := refold.commit_fingerprint(
      fingerprints[commit], streams[refusal.first_write:last_write], event_counts[refusal.first_write:last_write],
      event_types[first_event:last_event], event_data[first_event:last_event]
    );
    RETURN QUERY SELECT refusal.commit, a.* FROM refold.stored_answer(refusal.key, hashes[commit]) AS a;
    open[refusal.commit] := NOT FOUND;
  END LOOP;

  clock := date_trunc('milliseconds', clock_timestamp());
  SELECT array_agg(e.version), array_agg(e.event_id), array_agg(e.recorded_at), array_agg(e.is_expected)
  INTO ends, last_ids, times, as_expected FROM (
    SELECT coalesce(s.version, 0) AS version, s.event_id,
      (coalesce(s.version, 0) = w.expected OR w.expected = -1 OR w.expected = -2 AND coalesce(s.version, 0) > 0)
        AND (s.event_id::text <> nullif(w.last_event_id, '')) IS NOT TRUE AS is_expected,
      greatest(s.recorded_at, clock) AS recorded_at
    FROM unnest(streams, expected, last_event_ids) WITH ORDINALITY AS w(stream, expected, last_event_id, number)
    LEFT JOIN LATERAL (
      SELECT s.version, s.event_id, s.recorded_at FROM refold.event_store s
      WHERE s.stream = w.stream ORDER BY s.version DESC LIMIT 1
    ) AS s ON true
    ORDER BY w.number
  ) AS e;
  IF false = ANY (as_expected) THEN
    FOR refusal IN
      SELECT w.commit, w.stream, w.version, w.recorded_at, CASE WHEN w.version = w.expected THEN w.last_id END AS last_id
      FROM unnest(write_commits, streams, expected, ends, last_ids, times, as_expected) WITH ORDINALITY
        AS w(commit, stream, expected, version, last_id, recorded_at, is_expected, number)
      WHERE NOT w.is_expected
      ORDER BY w.number
    LOOP
      CONTINUE WHEN NOT open[refusal.commit];
      open[refusal.commit] := false;
      RETURN QUERY SELECT refusal.commit, 'version_conflict', refusal.stream, NULL::bigint, refusal.version, NULL::bigint,
        refusal.recorded_at, refusal.last_id;
    END LOOP;
  END IF;
  -- A single event needs no check beforehand: if its id is stored, nothing is inserted.
  IF cardinality(event_ids) > cardinality(write_counts) THEN
    FOR refusal IN
      SELECT d.commit, d.id FROM refold.known_event_ids(write_commits, event_writes, event_ids) AS d
    LOOP
      CONTINUE WHEN NOT open[refusal.commit];
      open[refusal.commit] := false;
      RETURN QUERY SELECT refusal.commit, 'duplicate_event_id', NULL::text, NULL::bigint, NULL::bigint, NULL::bigint,
        NULL::timestamptz, refusal.id;
    END LOOP;
  END IF;

  IF true = ANY (open) AND NOT refold.lock_positions(false) THEN
    RETURN QUERY SELECT c.number::int, 'busy', NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::timestamptz, NULL::uuid
    FROM unnest(open) WITH ORDINALITY AS c(is_open, number) WHERE c.is_open;
  ELSIF true = ANY (open) THEN
    IF cardinality(event_ids) > cardinality(write_counts) THEN
      drawn := ARRAY(SELECT nextval('refold.event_position') FROM generate_series(1, cardinality(event_ids)));
      firsts := ARRAY(SELECT min(w.n) + 1 FROM unnest(write_commits, offsets) AS w(c, n) GROUP BY w.c ORDER BY w.c);
    END IF;
    WITH inserted AS (
      INSERT INTO refold.event_store
        ("position", stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at, commit_offset)
      SELECT coalesce(drawn[e.number], nextval('refold.event_position')), streams[e.write],
        ends[e.write] + e.number - offsets[e.write], e.id, e.type, e.schema_version, e.data, e.metadata,
        e.occurred_at, times[e.write], coalesce(drawn[e.number] - drawn[firsts[write_commits[e.write]]], 0)
      FROM unnest(
        event_writes, event_ids, event_types, event_schema_versions, event_data, event_metadata, event_occurred_at
      ) WITH ORDINALITY AS e(write, id, type, schema_version, data, metadata, occurred_at, number)
      WHERE open[write_commits[e.write]]
      ORDER BY e.number
      ON CONFLICT (event_id) DO NOTHING
      RETURNING event_store.stream, event_store."position"
    )
    SELECT array_agg(w.events), array_agg(w."position") INTO stored, positions FROM (
      SELECT coalesce(i.events, 0) AS events, i."position"
      FROM unnest(streams) WITH ORDINALITY AS w(stream, number)
      LEFT JOIN (
        SELECT i.stream, count(*) AS events, max(i."position") AS "position" FROM inserted i GROUP BY i.stream
      ) AS i ON i.stream = w.stream
      ORDER BY w.number
    ) AS w;
    FOR refusal IN
      SELECT w.commit, event_ids[w.events_before + 1] AS id,
        (SELECT sum(o.events) FROM unnest(write_commits, event_counts) AS o(commit, events) WHERE o.commit = w.commit) AS events
      FROM unnest(write_commits, event_counts, stored, offsets) AS w(commit, events, stored, events_before)
      WHERE w.stored < w.events
    LOOP
      CONTINUE WHEN NOT open[refusal.commit];
      IF refusal.events > 1 THEN
        -- A commit must not be stored in part. The batch is undone, and the retry finds the id.
        RAISE EXCEPTION 'another transaction stored an event id of this batch at the same time'
          USING ERRCODE = 'serialization_failure', HINT = 'Retry the transaction.';
      END IF;
      open[refusal.commit] := false;
      RETURN QUERY SELECT refusal.commit, 'duplicate_event_id', NULL::text, NULL::bigint, NULL::bigint, NULL::bigint,
        NULL::timestamptz, refusal.id;
    END LOOP;
    -- created_at is the recorded time of the first event, so that the two agree.
    IF keys IS NOT NULL THEN
      INSERT INTO refold.idempotency_keys (key, fingerprint, answer, created_at, never_expires)
      SELECT keys[w.commit], hashes[w.commit],
        jsonb_agg(to_jsonb((
          'appended', w.stream, w.version + 1, w.version + w.events, w."position", w.recorded_at, NULL::uuid
        )::refold.append_answer) ORDER BY w.number),
        (array_agg(w.recorded_at ORDER BY w.number))[1], coalesce(never_expire[w.commit], false)
      FROM unnest(write_commits, streams, event_counts, ends, positions, times) WITH ORDINALITY
        AS w(commit, stream, events, version, "position", recorded_at, number)
      WHERE keys[w.commit] <> '' AND open[w.commit] AND w.events > 0
      GROUP BY w.commit;
    END IF;
    RETURN QUERY SELECT w.commit, 'appended', w.stream, w.version + 1, w.version + w.events, w."position", w.recorded_at, NULL::uuid
    FROM unnest(write_commits, streams, event_counts, ends, positions, times) WITH ORDINALITY
      AS w(commit, stream, events, version, "position", recorded_at, number)
    WHERE open[w.commit] AND w.events > 0
    ORDER BY w.number;
  END IF;
END
$$
