-- Refuses every write through the view, also the owner's: such a row would bypass the checks of the store.
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: events are append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', HINT = 'Use append_event; to correct an event, append another one.';
END
$$
