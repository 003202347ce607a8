-- Replaces the table of events during an import and refuses every read. It refuses appends, too, because each begins with a read.
CREATE FUNCTION refold.incomplete_store() RETURNS SETOF refold.event_store LANGUAGE plpgsql STABLE AS $$
BEGIN
  RAISE EXCEPTION 'the store is in the middle of an import' USING ERRCODE = 'RF011',
    HINT = 'Finish it, or give it up with SELECT refold.abandon_import() as the owner.';
END
$$
