-- One round trip for a batch of commits.
SELECT (a.answer).*
FROM refold.append_events(
  :keys::text[], :fingerprints::text[], :write_counts::int[], :streams::text[], :expected::bigint[], :event_counts::int[],
  :ids::text[]::uuid[], :types::text[], :schema_versions::smallint[], :data::text[]::jsonb[], :metadata::text[]::jsonb[],
  :occurred_at::timestamptz[]
  , never_expire => :never_expire::boolean[]
) AS a
