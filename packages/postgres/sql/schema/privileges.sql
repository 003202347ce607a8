-- Functions are executable by everybody unless somebody says otherwise, and append_events runs as the owner.
-- A writer needs USAGE on the schema, SELECT on its tables and sequence, EXECUTE on its functions, and INSERT and UPDATE
-- on event_snapshots; never INSERT on event_store.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA refold FROM PUBLIC
