-- Takes rows off the list that have been turned into events after all, or are gone.
DELETE FROM refold.legacy_skipped WHERE legacy_table = :id::int AND key = ANY (:keys::text[])
