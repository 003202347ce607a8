-- What has happened, has happened: events are never changed, not even by the owner of the table. Row-level security
-- would not hold him, a revoked privilege he could grant himself again; a trigger stops him until he drops it, which
-- no application does by accident.
CREATE FUNCTION refold.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: events are append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', HINT = 'Append an event that corrects the earlier one.';
END
$$
