-- PUBLIC may execute new functions by default, and append_each appends with the rights of its owner. LegacyTable.install
-- lists the rights that a role needs. Function by function rather than all of the schema: the store's are not ours.
REVOKE ALL ON ROUTINE
  refold.append_each, refold.legacy_texts, refold.legacy_record, refold.legacy_row, refold.capture_legacy_row,
  refold.capture_legacy_truncate, refold.refuse_legacy_write, refold.legacy_trigger, refold.legacy_triggers,
  refold.check_legacy_reader, refold.create_legacy_trigger, refold.disable_legacy_trigger, refold.drop_legacy_trigger
FROM PUBLIC
