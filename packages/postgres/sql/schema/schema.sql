-- One store, one schema; a tenant of its own gets a schema of its own.
CREATE SCHEMA IF NOT EXISTS refold
