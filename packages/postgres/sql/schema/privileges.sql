-- By default PUBLIC may execute functions, and append_events runs as its owner. The rights of each kind of role are those
-- that PostgresStore.grants renders, and no others: no role but the owner has INSERT on event_store, CREATE on a schema of
-- the store, or a right on a function that only other functions call. A role that writes events has no right to delete
-- idempotency keys: it could delete a key and repeat a commit that must be stored once.
-- Only revokes rights on the functions that this migration's transaction created: the schema may hold other functions, as
-- "public" does.
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
