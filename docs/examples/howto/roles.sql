-- #region owner
-- As an administrator, once for a database: the role that owns the store, migrates it, and runs nothing else.
CREATE ROLE shop_owner LOGIN;
GRANT CREATE ON DATABASE shop TO shop_owner;
-- #endregion

-- #region api
-- A program that handles commands and reads. It appends by functions that run as their owner and check what they get.
CREATE ROLE api LOGIN;
GRANT USAGE ON SCHEMA "refold", "refold_rows" TO "api";
GRANT SELECT ON "refold".event_store, "refold".event_position, "refold".event_snapshots, "refold".log_instance,
  "refold".projections, "refold".partitions, "refold".projection_generations, "refold".projection_partitions,
  "refold".parked_streams, "refold".discarded_events, "refold".migrations TO "api";
GRANT SELECT ON "refold".idempotency_keys TO "api";
GRANT INSERT, UPDATE ON "refold".event_snapshots TO "api";
GRANT SELECT ON ALL TABLES IN SCHEMA "refold_rows" TO "api";
GRANT EXECUTE ON FUNCTION "refold".read_head, "refold".repair_positions, "refold".require_instance, "refold".read_stream,
  "refold".read_all, "refold".stream_version, "refold".check_stream_read, "refold".check_log_read,
  "refold".checked_head, "refold".read_stream_backwards, "refold".read_all_backwards,
  "refold".read_by_correlation, "refold".read_by_causation, "refold".check_id, "refold".list_streams,
  "refold".check_stream_list, "refold".find_key, "refold".rebuild_from_snapshot, "refold".generation_schema,
  "refold".hold_generation, "refold".partition_of, "refold".whole_generation, "refold".append_event,
  "refold".commit_events, "refold".first_answer, "refold".command_fingerprint, "refold".canonical_json,
  "refold".canonical_scalar, "refold".javascript_number, "refold".extreme_number, "refold".append_events,
  "refold".append_one_event, "refold".append_single_events, "refold".append_batch, "refold".find_stored_events,
  "refold".stored_answer, "refold".write_inline_rows, "refold".save_snapshot TO "api";
-- #endregion

-- #region worker
-- A program that runs projections and processes, whose processes handle commands: all that the API may do, and a projector.
CREATE ROLE worker LOGIN IN ROLE api;
GRANT USAGE ON SCHEMA "refold", "refold_rows" TO "worker";
GRANT SELECT ON "refold".event_store, "refold".event_position, "refold".event_snapshots, "refold".log_instance,
  "refold".projections, "refold".partitions, "refold".projection_generations, "refold".projection_partitions,
  "refold".parked_streams, "refold".discarded_events, "refold".migrations TO "worker";
GRANT INSERT (projection, version, definition, status, has_tables, partitions, partitioned_by) ON "refold".projection_generations TO "worker";
GRANT UPDATE, DELETE ON "refold".projection_generations TO "worker";
GRANT INSERT, UPDATE, DELETE ON "refold".projection_partitions, "refold".parked_streams, "refold".discarded_events TO "worker";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "refold_rows" TO "worker";
GRANT EXECUTE ON FUNCTION "refold".read_head, "refold".repair_positions, "refold".require_instance, "refold".read_stream,
  "refold".read_all, "refold".stream_version, "refold".check_stream_read, "refold".check_log_read,
  "refold".checked_head, "refold".read_stream_backwards, "refold".read_all_backwards,
  "refold".read_by_correlation, "refold".read_by_causation, "refold".check_id, "refold".list_streams,
  "refold".check_stream_list, "refold".find_key, "refold".rebuild_from_snapshot, "refold".generation_schema,
  "refold".hold_generation, "refold".partition_of, "refold".whole_generation, "refold".lock_projection,
  "refold".create_rows_table, "refold".create_generation_schema, "refold".share_tables, "refold".row_readers,
  "refold".lock_partitions, "refold".limit_owner, "refold".claim_partition, "refold".claim_partitions,
  "refold".repartition, "refold".save_checkpoint, "refold".promote_generation, "refold".obsolete_generations,
  "refold".drop_generation TO "worker";
-- #endregion

-- #region reader
-- A program that only reads rows and events. It cannot append.
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA "refold", "refold_rows" TO "reader";
GRANT SELECT ON "refold".event_store, "refold".event_position, "refold".event_snapshots, "refold".log_instance,
  "refold".projections, "refold".partitions, "refold".projection_generations, "refold".projection_partitions,
  "refold".parked_streams, "refold".discarded_events, "refold".migrations TO "reader";
GRANT SELECT ON ALL TABLES IN SCHEMA "refold_rows" TO "reader";
GRANT EXECUTE ON FUNCTION "refold".read_head, "refold".repair_positions, "refold".require_instance, "refold".read_stream,
  "refold".read_all, "refold".stream_version, "refold".check_stream_read, "refold".check_log_read,
  "refold".checked_head, "refold".read_stream_backwards, "refold".read_all_backwards,
  "refold".read_by_correlation, "refold".read_by_causation, "refold".check_id, "refold".list_streams,
  "refold".check_stream_list, "refold".find_key, "refold".rebuild_from_snapshot, "refold".generation_schema,
  "refold".hold_generation, "refold".partition_of, "refold".whole_generation TO "reader";
-- #endregion

-- #region keeper
-- A job that deletes old idempotency keys, and can do nothing else.
CREATE ROLE keeper LOGIN;
GRANT USAGE ON SCHEMA "refold" TO "keeper";
GRANT EXECUTE ON FUNCTION "refold".forget_keys TO "keeper";
-- #endregion

-- #region importer
-- A program in another language that appends by SQL. It has no right on any table.
CREATE ROLE importer LOGIN;
GRANT USAGE ON SCHEMA "refold" TO "importer";
GRANT EXECUTE ON FUNCTION "refold".append_event, "refold".commit_events, "refold".first_answer, "refold".command_fingerprint,
  "refold".canonical_json, "refold".canonical_scalar, "refold".javascript_number, "refold".extreme_number TO "importer";
-- #endregion

-- #region connect
-- As an administrator: only these roles may connect to the database.
REVOKE CONNECT, TEMPORARY ON DATABASE shop FROM PUBLIC;
GRANT CONNECT ON DATABASE shop TO shop_owner, api, worker, reader, keeper, importer;
-- #endregion

-- #region locks
-- As a superuser, where other roles must be able to connect: only the owner of the store may take advisory locks.
DO $$
DECLARE
  lock regprocedure;
BEGIN
  FOR lock IN
    SELECT oid FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname LIKE 'pg\_%advisory%'
  LOOP
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', lock);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO shop_owner', lock);
  END LOOP;
END
$$;
-- #endregion
