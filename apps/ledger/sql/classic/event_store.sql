-- The events of the accounts under the names of the classic labs: SELECT * FROM event_store WHERE aggregate_id = 'ada'
-- ORDER BY version. A window onto the store, not a copy of it; append_event is the way in. By way of the first event of
-- each stream, which can be found by the id (see first_events_index): PostgreSQL cannot see that an id is the end of a
-- stream's name, on which the store's own index is.
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
