-- How far readers may go, and whether they may read at all: under a snapshot that is older than the bound they would
-- miss events.
SELECT refold.read_bound() AS bound, current_setting('transaction_isolation') AS isolation
