-- By default PUBLIC may execute functions, and append_events runs as its owner. A writer needs USAGE on the schema,
-- SELECT on its tables and sequence, EXECUTE on its functions, and INSERT and UPDATE on event_snapshots; never INSERT
-- on event_store. A projector needs besides CREATE on the schema, where it makes tables of rows, and INSERT, UPDATE and
-- DELETE on projection_generations, parked_streams and discarded_events; for projections with tables of their own also
-- CREATE on the database. A reader of rows needs SELECT on the tables that the projector makes (ALTER DEFAULT
-- PRIVILEGES FOR the projector). A role that deletes idempotency keys needs USAGE on the schema, and SELECT, UPDATE and
-- DELETE on idempotency_keys. A writer does not have these rights: it could delete a key and repeat a commit that must
-- be stored once. A role that writes by SQL needs USAGE on the schema and EXECUTE on append_event and commit_events,
-- which run as their owner; no right on any table.
-- Only the functions of this migration are revoked, those that its transaction created: the schema may be shared with
-- other functions, as "public" is.
DO $$
DECLARE
  routine regprocedure;
BEGIN
  FOR routine IN
    SELECT p.oid FROM pg_catalog.pg_proc AS p
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = p.pronamespace AND c.oid = 'refold.event_store'::regclass
    WHERE age(p.xmin) <= age(pg_current_xact_id()::xid)
  LOOP
    EXECUTE format('REVOKE ALL ON ROUTINE %s FROM PUBLIC', routine);
  END LOOP;
END
$$
