-- One process migrates a schema at a time. A transaction lock: poolers break session locks.
SELECT pg_advisory_xact_lock(hashtextextended('refold migrations of ' || :schema::text, 0))
