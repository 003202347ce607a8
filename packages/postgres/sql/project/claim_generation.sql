-- Locks a generation for its one owner until the end of the transaction. No row if another transaction holds it, if it
-- is retired, or if it does not exist.
--   wait           whether to wait for another owner; an error if that takes longer than max_wait
--   idle_timeout   an owner that sends nothing for so long loses the generation, its transaction and its connection
-- Both times in milliseconds. A row lock rather than an advisory lock or a lease: it ends with the transaction, however
-- that ends, and nothing can be written after that. It does not block foreign keys to the generation (parked_streams
-- has one). plpgsql with two statements: the second must not use a snapshot from before the wait.
CREATE FUNCTION refold.claim_generation(wanted int, wait boolean, max_wait int, idle_timeout int)
RETURNS SETOF refold.projections LANGUAGE plpgsql AS $$
DECLARE
  before CONSTANT text := current_setting('lock_timeout');
  taken int;
BEGIN
  IF wait THEN
    PERFORM set_config('lock_timeout', max_wait::text, true);
    SELECT g.id INTO taken FROM refold.projection_generations g
    WHERE g.id = wanted AND g.status <> 'Retired' FOR NO KEY UPDATE;
    PERFORM set_config('lock_timeout', before, true);
  ELSE
    SELECT g.id INTO taken FROM refold.projection_generations g
    WHERE g.id = wanted AND g.status <> 'Retired' FOR NO KEY UPDATE SKIP LOCKED;
  END IF;
  IF taken IS NOT NULL THEN
    PERFORM set_config('idle_in_transaction_session_timeout', idle_timeout::text, true);
    -- For an owner that stops reading in the middle of an answer: that session is not idle, it waits to send.
    PERFORM set_config('tcp_user_timeout', idle_timeout::text, true);
    RETURN QUERY SELECT * FROM refold.projections p WHERE p.id = wanted;
  END IF;
END
$$
