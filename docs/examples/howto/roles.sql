-- #region api
-- A program that handles commands and reads. It appends by functions that run as their owner and check what they get.
CREATE ROLE api LOGIN;
GRANT USAGE ON SCHEMA refold TO api;
GRANT SELECT ON ALL TABLES IN SCHEMA refold TO api;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA refold TO api;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA refold TO api;
GRANT INSERT, UPDATE ON refold.event_snapshots TO api;
-- #endregion

-- #region worker
-- A program that runs projections and processes: it creates tables of rows, and its processes handle commands.
CREATE ROLE worker LOGIN IN ROLE api;
GRANT CREATE ON SCHEMA refold TO worker;
GRANT INSERT, UPDATE, DELETE ON refold.projection_generations, refold.parked_streams, refold.discarded_events TO worker;
-- Others read the tables that it creates from now on.
ALTER DEFAULT PRIVILEGES FOR ROLE worker IN SCHEMA refold GRANT SELECT ON TABLES TO api;
-- #endregion

-- #region reader
-- A program that only reads rows and events. It cannot append.
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA refold TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA refold TO reader;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA refold TO reader;
GRANT EXECUTE ON FUNCTION refold.read_head, refold.require_instance, refold.repair_positions TO reader;
-- The functions of the SQL API that read, and those with which they check their arguments.
GRANT EXECUTE ON FUNCTION refold.read_stream, refold.read_all, refold.stream_version TO reader;
GRANT EXECUTE ON FUNCTION refold.check_stream_read, refold.check_log_read TO reader;
ALTER DEFAULT PRIVILEGES FOR ROLE worker IN SCHEMA refold GRANT SELECT ON TABLES TO reader;
-- #endregion

-- #region keeper
-- A job that deletes old idempotency keys, and can do nothing else.
CREATE ROLE keeper LOGIN;
GRANT USAGE ON SCHEMA refold TO keeper;
GRANT SELECT, UPDATE, DELETE ON refold.idempotency_keys TO keeper;
-- #endregion

-- #region importer
-- A program in another language that appends by SQL. It has no right on any table.
CREATE ROLE importer LOGIN;
GRANT USAGE ON SCHEMA refold TO importer;
GRANT EXECUTE ON FUNCTION refold.append_event, refold.commit_events TO importer;
-- #endregion
