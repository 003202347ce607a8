-- One row with an opaque token that identifies this instance of the log. It changes when the server is restarted, when another
-- server has taken over, and when the database or the schema was restored. After such a change the log may lack its last events,
-- so values remembered outside the database may be wrong. A restart that lost nothing changes the token, too: readers then start
-- with a cold cache. The timeline or the system identifier would not do: a cold copy that is put back keeps both.
-- An SQL view, so that SELECT is enough to read it.
CREATE VIEW refold.log_instance AS
SELECT extract(epoch FROM pg_postmaster_start_time())::text
  || '/' || (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
  || '/' || 'refold.event_position'::regclass::oid AS token
