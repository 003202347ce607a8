-- Events are never changed, not even by the owner of the table. Row-level security does not apply to the owner, and the
-- owner can grant itself a revoked privilege again; a trigger stops the owner until it is dropped, which no application
-- does by accident.
CREATE FUNCTION refold.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: events are append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', HINT = 'Append an event that corrects the earlier one.';
END
$$
