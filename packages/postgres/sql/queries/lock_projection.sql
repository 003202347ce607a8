-- One process at a time decides which generations a projection has. A transaction lock: poolers break session locks.
SELECT pg_advisory_xact_lock(hashtextextended(:projection::text, 'refold.projection_generations'::regclass::oid::bigint))
