-- Remembers rows as they were turned into events.
INSERT INTO refold.legacy_rows AS known (legacy_table, key, stream, version, row)
SELECT :id::int, r.key, nullif(r.stream, ''), r.version, nullif(r.row, '')::jsonb
FROM unnest(:keys::text[], :streams::text[], :versions::bigint[], :rows::text[]) AS r (key, stream, version, row)
ON CONFLICT (legacy_table, key) DO UPDATE SET stream = excluded.stream, version = excluded.version, row = excluded.row
