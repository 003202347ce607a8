-- Problems of the log itself, in every stream of the store: versions with gaps, positions or times that do not increase
-- with the versions, unreadable events of accounts. One pass over the narrow columns of each event, and one over the
-- accounts' data.
CREATE VIEW ledger.log_problems AS
WITH ordered AS (
  SELECT e.stream, e.version, e."position", e.recorded_at,
    lag(e.version, 1, 0::bigint) OVER (PARTITION BY e.stream ORDER BY e.version) AS version_before,
    lag(e."position") OVER (PARTITION BY e.stream ORDER BY e.version) AS position_before,
    lag(e.recorded_at) OVER (PARTITION BY e.stream ORDER BY e.version) AS recorded_before
  FROM refold.event_store e
)
SELECT 'version_gap' AS problem, o.stream, o.version,
  jsonb_build_object('version', o.version_before + 1) AS expected, jsonb_build_object('version', o.version) AS found,
  format(
    'After version %s of stream "%s" comes version %s: events between them are gone.',
    o.version_before, o.stream, o.version
  ) AS sentence
FROM ordered o WHERE o.version <> o.version_before + 1
UNION ALL
SELECT 'version_order', o.stream, o.version,
  jsonb_build_object('position', 'above ' || o.position_before), jsonb_build_object('position', o."position"),
  format(
    'Version %s of stream "%s" is at position %s, before version %s at %s: their order in the log is wrong.',
    o.version, o.stream, o."position", o.version_before, o.position_before
  )
FROM ordered o WHERE o."position" <= o.position_before
UNION ALL
SELECT 'recorded_at_back', o.stream, o.version,
  jsonb_build_object('recorded_at', 'not before ' || o.recorded_before),
  jsonb_build_object('recorded_at', o.recorded_at),
  format(
    'Version %s of stream "%s" was recorded at %s, before the one before it: the past as of a time is not a prefix.',
    o.version, o.stream, o.recorded_at
  )
FROM ordered o WHERE o.recorded_at < o.recorded_before
UNION ALL
SELECT 'unreadable_event', f.stream, f.version,
  jsonb_build_object('versions', coalesce(ledger.event_shapes() -> ledger.current_type(e.type), '"none of this type"')),
  jsonb_build_object('type', e.type, 'schemaVersion', e.schema_version, 'data', e.data),
  format('Version %s of stream "%s" cannot be read (%s): what any row or snapshot makes of it cannot be checked.',
    f.version, f.stream, coalesce(p.problem ->> 'reason', p.problem ->> '_tag', 'it holds a number that is not exact'))
FROM ledger.account_facts f
JOIN refold.event_store e ON e.stream = f.stream AND e.version = f.version
CROSS JOIN LATERAL (SELECT ledger.event_problem(e) AS problem OFFSET 0) AS p
WHERE NOT f.is_readable
