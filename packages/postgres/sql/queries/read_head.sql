-- How far readers may go, and whether they may read at all: under a snapshot that is older than the answer they would
-- miss events.
SELECT refold.read_head() AS head, current_setting('transaction_isolation') AS isolation
