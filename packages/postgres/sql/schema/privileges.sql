-- Functions are executable by everybody unless somebody says otherwise, and append_events runs as the owner.
-- A writer needs USAGE on the schema, SELECT on its tables and sequence, EXECUTE on its functions, and INSERT and UPDATE
-- on event_snapshots; never INSERT on event_store.
-- A projector needs besides CREATE on the schema, where it makes tables of rows, and INSERT, UPDATE and DELETE on
-- projection_generations, parked_streams and discarded_events; for projections with tables of their own also CREATE on
-- the database. Who reads rows needs SELECT on the tables that it makes (ALTER DEFAULT PRIVILEGES FOR the projector).
-- Who forgets idempotency keys needs USAGE on the schema, and SELECT, UPDATE and DELETE on idempotency_keys. A writer does
-- not: a key that he could make new again would let him do twice what is to be done once.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA refold FROM PUBLIC
