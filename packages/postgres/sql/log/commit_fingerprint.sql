-- The fingerprint of a commit for its idempotency key: the text that was given with the key; without one, the streams, types and
-- data of the events. Ids, times and streams that are only guarded are not part of it. jsonb's text is canonical except for
-- numbers: 1 and 1.0 differ. Hashed, because the content may be long or secret.
CREATE FUNCTION refold.commit_fingerprint(
  given text, streams text[], event_counts int[], event_types text[], event_data jsonb[]
) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
SELECT sha256(convert_to(
  CASE WHEN given <> '' THEN given
  ELSE 'content:' || jsonb_build_array(
    ARRAY(
      SELECT w.stream FROM unnest(streams, event_counts) WITH ORDINALITY AS w(stream, events, number)
      WHERE w.events > 0 ORDER BY w.number
    ),
    array_remove(event_counts, 0), event_types, event_data
  )::text END,
  'UTF8'
))
$$
