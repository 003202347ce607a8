-- Takes rows off the list that a walk through the whole table has not met.
DELETE FROM refold.legacy_skipped WHERE legacy_table = :id::int AND run < :run::int
