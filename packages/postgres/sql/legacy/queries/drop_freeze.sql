-- Lets everybody write to the legacy table again.
SELECT refold.drop_legacy_trigger(:id::int, 'freeze')
