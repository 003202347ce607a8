-- Fails if this is not the instance of the log that gave the head of a read (see log_instance): this instance may have
-- positions up to that head whose events are not visible yet. STABLE, so that it is called once for a query.
CREATE FUNCTION refold.require_instance(wanted text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF wanted <> (SELECT i.token FROM refold.log_instance i) THEN
    RAISE EXCEPTION 'another instance of the log has given the head of this read'
      USING ERRCODE = 'RF010', HINT = 'Read the head again.';
  END IF;
  RETURN true;
END
$$
