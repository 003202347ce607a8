-- From the commit of this on, writes to the legacy table are refused.
SELECT refold.create_legacy_trigger(:id::int, 'freeze')
