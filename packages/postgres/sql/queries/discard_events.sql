-- A second reason for the same event takes the place of the first.
INSERT INTO refold.discarded_events (projection, "position", stream, version, reason)
SELECT :projection::text, d.*
FROM unnest(:positions::bigint[], :streams::text[], :versions::bigint[], :reasons::text[]) AS d
ON CONFLICT (projection, "position") DO UPDATE SET
  stream = excluded.stream, version = excluded.version, reason = excluded.reason, discarded_at = excluded.discarded_at
