-- Also finds out whether a statement has failed since, and the handler went on all the same: then this one fails.
SELECT set_config('lock_timeout', :before::text, true)
