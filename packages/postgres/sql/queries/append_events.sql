-- One round trip for a batch of commits.
SELECT (a.answer).*
FROM refold.append_events(
  $1::text[], $2::text[], $3::int[], $4::text[], $5::bigint[], $6::int[],
  $7::text[]::uuid[], $8::text[], $9::smallint[], $10::text[]::jsonb[], $11::text[]::jsonb[], $12::timestamptz[]
) AS a
