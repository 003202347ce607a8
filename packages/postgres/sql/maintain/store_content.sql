-- The kind of data that the store holds, for an error message; NULL if it is empty.
CREATE FUNCTION refold.store_content() RETURNS text LANGUAGE sql VOLATILE AS $$
SELECT CASE
  WHEN EXISTS (SELECT FROM refold.event_store) THEN 'events'
  WHEN EXISTS (SELECT FROM refold.idempotency_keys) THEN 'idempotency keys'
  WHEN EXISTS (SELECT FROM refold.projection_generations) THEN 'projections'
  WHEN EXISTS (SELECT FROM refold.discarded_events) THEN 'discarded events'
  WHEN EXISTS (SELECT FROM refold.event_snapshots) THEN 'snapshots'
END
$$
