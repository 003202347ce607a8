-- The import that has begun and not ended: one row, or none. While there is one, the events are in incomplete_event_store (see
-- begin_import).
CREATE TABLE refold.import_progress (
  -- The id of the export.
  id uuid PRIMARY KEY,
  -- How many lines of the file are stored, their hash and counts, as the library has them; NULL before the first batch.
  progress jsonb,
  -- When the import began, for operators.
  begun_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
