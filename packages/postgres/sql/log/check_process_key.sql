-- Refuses a commit under the key of a process's command if its events do not carry the id of that command as causation id.
-- The functions of the SQL API refuse these keys altogether (key_problem). append_events cannot, because the runner of a process
-- calls it with the rights of any writer.
CREATE FUNCTION refold.check_process_key(key text, event_metadata jsonb[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM unnest(event_metadata) AS m
    WHERE m ->> 'causationId' IS DISTINCT FROM substr(key, 1 + length('refold:'))
  ) THEN
    PERFORM refold.refuse_input(refold.problem('idempotency_key'::text, refold.key_problem(key)));
  END IF;
END
$$
