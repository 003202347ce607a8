-- Takes a generation until the end of the transaction, for its one owner. No row where another has it, where it is retired
-- and where it is gone.
--   wait           whether to wait for another owner; an error where he is not done within patience
--   frozen_after   an owner that sends nothing for so long loses it, with its transaction and its connection
-- Both in milliseconds. A row lock rather than an advisory lock or a lease: it ends with the transaction, however that
-- ends, and nobody can write after that. It lets pass those who merely refer to the generation (parked_streams does).
-- plpgsql, and two statements: the second must not look with a snapshot from before the wait.
CREATE FUNCTION refold.claim_generation(wanted int, wait boolean, patience int, frozen_after int)
RETURNS SETOF refold.projections LANGUAGE plpgsql AS $$
DECLARE
  before CONSTANT text := current_setting('lock_timeout');
  taken int;
BEGIN
  IF wait THEN
    PERFORM set_config('lock_timeout', patience::text, true);
    SELECT g.id INTO taken FROM refold.projection_generations g
    WHERE g.id = wanted AND g.status <> 'Retired' FOR NO KEY UPDATE;
    PERFORM set_config('lock_timeout', before, true);
  ELSE
    SELECT g.id INTO taken FROM refold.projection_generations g
    WHERE g.id = wanted AND g.status <> 'Retired' FOR NO KEY UPDATE SKIP LOCKED;
  END IF;
  IF taken IS NOT NULL THEN
    PERFORM set_config('idle_in_transaction_session_timeout', frozen_after::text, true);
    -- And one who stops reading in the middle of an answer: the session is not idle then, it waits to send.
    PERFORM set_config('tcp_user_timeout', frozen_after::text, true);
    RETURN QUERY SELECT * FROM refold.projections p WHERE p.id = wanted;
  END IF;
END
$$
