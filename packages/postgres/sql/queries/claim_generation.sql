SELECT id, projection, version, status, checkpoint, revision, rate, has_tables, updated_at, parked, has_discarded
FROM refold.claim_generation(:generation::int, :wait::boolean, :patience::int, :frozen_after::int)
