-- Stores a checked document of writes, split into the arrays that append_events takes.
CREATE FUNCTION refold.store_writes(writes jsonb, key text, fingerprint text, never_expires boolean)
RETURNS SETOF refold.append_answer LANGUAGE sql VOLATILE AS $$
WITH w AS (
  SELECT
    array_agg(write ->> 'stream' ORDER BY number) AS streams,
    array_agg((write ->> 'expectedVersion')::numeric::bigint ORDER BY number) AS expected,
    array_agg(write ->> 'lastEventId' ORDER BY number) AS last_event_ids,
    array_agg(jsonb_array_length(write -> 'events') ORDER BY number) AS event_counts
  FROM jsonb_array_elements(writes) WITH ORDINALITY AS w(write, number)
), e AS (
  SELECT
    array_agg((event ->> 'id')::uuid ORDER BY w.number, e.number) AS ids,
    array_agg(event ->> 'type' ORDER BY w.number, e.number) AS types,
    array_agg(coalesce((event ->> 'schemaVersion')::numeric, 1)::smallint ORDER BY w.number, e.number) AS schema_versions,
    array_agg(event -> 'data' ORDER BY w.number, e.number) AS data,
    array_agg(coalesce(nullif(event -> 'metadata', 'null'), '{}') ORDER BY w.number, e.number) AS metadata,
    array_agg((event ->> 'occurredAt')::timestamptz ORDER BY w.number, e.number) AS occurred_at
  FROM jsonb_array_elements(writes) WITH ORDINALITY AS w(write, number),
    jsonb_array_elements(write -> 'events') WITH ORDINALITY AS e(event, number)
)
SELECT answer.* FROM w, e, refold.store_commit(
  key, fingerprint, coalesce(never_expires, false), w.streams, w.expected, w.event_counts, e.ids, e.types,
  e.schema_versions, e.data, e.metadata, e.occurred_at, w.last_event_ids
) AS answer
$$
