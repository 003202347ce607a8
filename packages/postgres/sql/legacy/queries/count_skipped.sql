-- How many keys are on the list (rows without a key count one by one).
SELECT coalesce(sum(CASE WHEN key IS NULL THEN rows ELSE 1 END), 0)::bigint AS skipped
FROM refold.legacy_skipped WHERE legacy_table = :id::int
