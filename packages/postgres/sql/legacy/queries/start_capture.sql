-- Captures every change from the commit of this on: what is under way now holds it up.
SELECT refold.create_legacy_trigger(:id::int, 'truncate'), refold.create_legacy_trigger(:id::int, 'capture')
