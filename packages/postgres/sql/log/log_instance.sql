-- Which instance of the log answers: one row with an opaque token that changes when the server is restarted, when another
-- server has taken over, and where the database or the schema was restored. After that the log may lack its last events, so
-- what was remembered of it outside the database may be wrong. A restart that lost nothing changes it, too: it costs its
-- readers a cold cache. Neither the timeline nor the system identifier would do: a cold copy that is put back keeps both.
-- An SQL view, so that SELECT is enough to read it.
CREATE VIEW refold.log_instance AS
SELECT extract(epoch FROM pg_postmaster_start_time())::text
  || '/' || (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  || '/' || 'refold.event_position'::regclass::oid AS token
