-- Takes the triggers that capture off the legacy table.
SELECT refold.drop_legacy_trigger(:id::int, 'capture'), refold.drop_legacy_trigger(:id::int, 'truncate')
