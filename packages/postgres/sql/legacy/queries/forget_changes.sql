-- Takes changes out of the queue that events have come of, or that a row which was read includes.
DELETE FROM refold.legacy_changes WHERE id = ANY (:changes::bigint[])
