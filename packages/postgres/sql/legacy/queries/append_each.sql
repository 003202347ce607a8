-- One round trip for the events of many rows.
SELECT write, actual, known_event FROM refold.append_each(
  :streams::text[], :expected::bigint[], :event_writes::int[], :event_versions::bigint[], :ids::text[]::uuid[],
  :types::text[], :schema_versions::smallint[], :data::text[]::jsonb[], :metadata::text[]::jsonb[],
  :occurred_at::timestamptz[]
)
