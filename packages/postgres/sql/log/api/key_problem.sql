-- Why a text cannot be an idempotency key that a client gives; NULL if it can. Keys that begin with "refold:" are reserved for
-- commands that processes send: a client that used one first could forge the outcome of the command.
CREATE FUNCTION refold.key_problem(key text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
SELECT coalesce(
  refold.name_problem(key),
  CASE WHEN starts_with(key, 'refold:')
    THEN 'must not begin with "refold:": these keys are for commands that processes send' END
)
$$
