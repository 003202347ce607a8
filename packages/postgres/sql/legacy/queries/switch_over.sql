-- The events are the truth from now on.
UPDATE refold.legacy_tables SET switched_at = clock_timestamp() WHERE id = :id::int
