-- Nobody but append_events calls it, as its owner.
DROP FUNCTION refold.append_commit
