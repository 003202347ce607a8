-- One unfinished run for each table: processes that seed at the same time share it.
CREATE UNIQUE INDEX legacy_runs_unfinished ON refold.legacy_runs (legacy_table) WHERE phase <> 'Done'
