-- Locks a partition of a generation for its one owner until the end of the transaction: of the unlocked ones, the one that is
-- furthest behind. No row if there is none, if the generation is retired, or if it does not exist.
--   wanted_partition   only this one; null for any
--   behind             only one with a lower checkpoint; null for any. The only partition of a generation is always claimed
--   own_definition     also a partition with another definition: its event types are to be added
--   left_out           none of these
--   wait               whether to wait for the owner of the one that is furthest behind, if all are locked; an error if that takes
--                      longer than max_wait. It is then locked even if its owner has left nothing to do
--   idle_timeout       an owner that sends nothing for this time loses the partition, its transaction and its connection
-- Both times in milliseconds. A row lock rather than an advisory lock or a lease: it ends with the transaction, in
-- every case, and nothing can be written after that. plpgsql with several statements: the last must not use a snapshot from
-- before the wait. Never waits for a partition while it holds another, because lock_partitions locks them in the order of their
-- numbers. A row that is locked after a wait stays locked although it may not fulfil the conditions any more.
CREATE FUNCTION refold.claim_partition(
  wanted int, wanted_partition int, behind bigint, own_definition text, left_out int[],
  wait boolean, max_wait int, idle_timeout int
) RETURNS SETOF refold.partitions LANGUAGE plpgsql AS $$
DECLARE
  before CONSTANT text := current_setting('lock_timeout');
  own refold.projection_generations;
  taken int;
BEGIN
  SELECT * INTO own FROM refold.projection_generations g WHERE g.id = wanted AND g.status <> 'Retired';
  SELECT p."partition" INTO taken FROM refold.projection_partitions p
  WHERE p.generation = own.id AND p."partition" = coalesce(wanted_partition, p."partition") AND p."partition" <> ALL (left_out)
    AND (own.partitions = 1 OR behind IS NULL OR p.checkpoint < least(behind, own.drain_to)
      OR coalesce(p.definition, own.definition) <> own_definition)
  ORDER BY p.checkpoint, p."partition" LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
  IF taken IS NULL AND wait THEN
    SELECT p."partition" INTO taken FROM refold.projection_partitions p
    WHERE p.generation = own.id AND p."partition" = coalesce(wanted_partition, p."partition") AND p."partition" <> ALL (left_out)
      AND (own.partitions = 1 OR behind IS NULL OR p.checkpoint < least(behind, own.drain_to)
        OR coalesce(p.definition, own.definition) <> own_definition)
    ORDER BY p.checkpoint, p."partition" LIMIT 1;
    PERFORM set_config('lock_timeout', max_wait::text, true);
    SELECT p."partition" INTO taken FROM refold.projection_partitions p
    WHERE p.generation = own.id AND p."partition" = taken FOR NO KEY UPDATE;
    PERFORM set_config('lock_timeout', before, true);
  END IF;
  IF taken IS NOT NULL THEN
    PERFORM refold.limit_owner(idle_timeout);
    RETURN QUERY SELECT * FROM refold.partitions p WHERE p.id = wanted AND p."partition" = taken AND p.status <> 'Retired';
  END IF;
END
$$
