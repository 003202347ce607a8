-- Stands in for the events while the store is in the middle of an import, and refuses every read. Begins with a read: stored in a
-- view, it stops appends, too.
CREATE FUNCTION refold.incomplete_store() RETURNS SETOF refold.event_store LANGUAGE plpgsql STABLE AS $$
BEGIN
  RAISE EXCEPTION 'the store is in the middle of an import' USING ERRCODE = 'RF011',
    HINT = 'Finish it, or give it up with SELECT refold.abandon_import() as the owner.';
END
$$
