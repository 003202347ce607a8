-- Takes the rows without a key off the list: there are none any more.
DELETE FROM refold.legacy_skipped WHERE legacy_table = :id::int AND key IS NULL
