-- Two processes that walk at once walk the same way.
CREATE UNIQUE INDEX legacy_runs_unfinished ON refold.legacy_runs (legacy_table) WHERE phase <> 'Done'
