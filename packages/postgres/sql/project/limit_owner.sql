-- Ends the transaction and the connection of an owner that sends nothing for this number of milliseconds.
CREATE FUNCTION refold.limit_owner(idle_timeout int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('idle_in_transaction_session_timeout', idle_timeout::text, true);
  -- For an owner that stops reading in the middle of an answer: that session is not idle, it waits to send.
  PERFORM set_config('tcp_user_timeout', idle_timeout::text, true);
END
$$
