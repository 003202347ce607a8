-- Captures nothing any more.
SELECT refold.disable_legacy_trigger(:id::int, 'capture'), refold.disable_legacy_trigger(:id::int, 'truncate')
