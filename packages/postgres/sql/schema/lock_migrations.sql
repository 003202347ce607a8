-- One process migrates a schema at a time. A transaction lock: poolers break session locks.
SELECT pg_advisory_xact_lock(hashtextextended('refold migrations of ' || $1::text, 0))
