-- Nobody writes through the view, not even its owner: a row that came in here would have gone around the checks.
CREATE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: events are append-only', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', HINT = 'Use append_event; to correct an event, append another one.';
END
$$
