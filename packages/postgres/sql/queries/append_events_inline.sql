-- As append_events, and in the same statement the rows of inline projections, at the place of the last event that was
-- appended to their stream; none where nothing was appended. The rows come after the events: the answer is made first.
WITH answers AS MATERIALIZED (
  SELECT (a.answer).*
  FROM refold.append_events(
    :keys::text[], :fingerprints::text[], :write_counts::int[], :streams::text[], :expected::bigint[], :event_counts::int[],
    :ids::text[]::uuid[], :types::text[], :schema_versions::smallint[], :data::text[]::jsonb[], :metadata::text[]::jsonb[],
    :occurred_at::timestamptz[]
    , never_expire => :never_expire::boolean[]
  ) AS a
)
SELECT answers.*, (
  SELECT refold.write_inline_rows(
    array_agg(i.projection), array_agg(i.projection_version), array_agg(i.stream), array_agg(i.state),
    array_agg(a."position"), array_agg(a.version)
  )
  FROM unnest(
    :projections::text[], :projection_versions::int[], :row_streams::text[], :states::text[]::jsonb[]
  ) AS i(projection, projection_version, stream, state)
  JOIN answers AS a ON a.stream = i.stream AND a.outcome = 'appended'
) AS written
FROM answers
