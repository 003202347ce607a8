-- Locks all partitions of a generation until the end of the transaction, always in the order of their numbers, and returns their
-- number: 0 if the generation does not exist. Repeats if their number has changed meanwhile.
--   max_wait   the maximum wait for each owner, in milliseconds
CREATE FUNCTION refold.lock_partitions(wanted int, max_wait int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  before CONSTANT text := current_setting('lock_timeout');
  locked int;
  known int;
BEGIN
  LOOP
    PERFORM set_config('lock_timeout', max_wait::text, true);
    SELECT count(*)::int INTO locked FROM (
      SELECT FROM refold.projection_partitions p WHERE p.generation = wanted ORDER BY p."partition" FOR NO KEY UPDATE
    ) AS owned;
    PERFORM set_config('lock_timeout', before, true);
    SELECT count(*)::int INTO known FROM refold.projection_partitions p WHERE p.generation = wanted;
    EXIT WHEN locked = known;
  END LOOP;
  RETURN known;
END
$$
