-- The events of the accounts under the names of the classic labs: SELECT * FROM event_store WHERE aggregate_id = 'ada'
-- ORDER BY version. A view of the store, not a copy; events are added by append_event. The view goes by the first event
-- of each stream, which first_events_index finds by account id: PostgreSQL cannot derive from an id the stream name
-- that the store's own index holds.
CREATE VIEW ledger.event_store AS
SELECT
  substr(first.stream, 9) AS aggregate_id,
  'account'::text AS aggregate_type,
  e.version,
  e.type,
  e.data,
  e.metadata,
  e.event_id,
  e.recorded_at AS created_at,
  e.occurred_at,
  e."position",
  e.schema_version
FROM refold.event_store AS first
JOIN refold.event_store AS e ON e.stream = first.stream
WHERE first.version = 1 AND first.stream LIKE 'account-%'
