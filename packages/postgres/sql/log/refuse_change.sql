-- Events are never changed, not even by the owner of the table. Row-level security does not apply to the owner, and the
-- owner can grant itself a revoked privilege again; a trigger stops the owner until it is dropped, which no application
-- does by accident. During an import the table has another name (see begin_import) and may be emptied, which gives up the
-- import.
CREATE FUNCTION refold.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'TRUNCATE' AND TG_TABLE_NAME = 'incomplete_event_store' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% of % is refused: events are append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', HINT = 'Append an event that corrects the earlier one.';
END
$$
