-- Trigger: refuses writes to a legacy table that was switched over. TG_ARGV[0] is the mapping's name.
CREATE FUNCTION refold.refuse_legacy_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% of % is refused: its rows have become events ("%")', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
    USING ERRCODE = 'restrict_violation', HINT = 'Write through the event store; this table is read-only now.';
END
$$
