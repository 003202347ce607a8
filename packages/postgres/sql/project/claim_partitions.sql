-- Locks all partitions of a generation for one owner until the end of the transaction, in order; waits for other owners. No row
-- if the generation is retired, or if it does not exist. The arguments are those of claim_partition.
CREATE FUNCTION refold.claim_partitions(wanted int, max_wait int, idle_timeout int)
RETURNS SETOF refold.partitions LANGUAGE plpgsql AS $$
BEGIN
  IF refold.lock_partitions(wanted, max_wait) > 0 THEN
    PERFORM refold.limit_owner(idle_timeout);
    RETURN QUERY SELECT * FROM refold.partitions p
    WHERE p.id = wanted AND p.status <> 'Retired' ORDER BY p."partition";
  END IF;
END
$$
