-- One build of a projection's rows: the live one that readers see, one that is being built beside it, one that was
-- replaced and will be dropped, or a scratch one for a query as of the past. Its rows are in the table rows_<id>
-- of the schema of rows (see create_rows_table).
CREATE TABLE refold.projection_generations (
  -- Never reused, so that a remembered id cannot refer to other rows.
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  projection text NOT NULL CHECK (char_length(projection) BETWEEN 1 AND 255),
  version int NOT NULL CHECK (version >= 1),
  -- The kind of the projection, its event types, categories and indexes, as the library renders them. text rather than jsonb:
  -- it is compared as a whole, and only the library reads it. A partition to which event types were added has its own.
  definition text NOT NULL,
  -- text rather than an enum, from which no value can be removed.
  status text NOT NULL CHECK (status IN ('Building', 'Live', 'Retired', 'Scratch')),
  -- The number of its partitions, and how events are assigned to them (null for a single partition).
  partitions int NOT NULL DEFAULT 1 CHECK (partitions BETWEEN 1 AND 10000),
  partitioned_by text CHECK (partitioned_by IN ('stream', 'key')),
  -- The requested number of partitions, and the checkpoint at which it changes: no partition passes it until all have reached it.
  next_partitions int CHECK (next_partitions BETWEEN 1 AND 10000),
  drain_to bigint CHECK (drain_to BETWEEN 0 AND 9007199254740991),
  -- Whether it has tables of its own in a schema of its own (see generation_schema) instead of rows.
  has_tables boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When another generation replaced it as the live one: programs of its version still read it for some time.
  replaced_at timestamptz,
  -- Projectors write this table, and a client cannot hold other times.
  CHECK (least(created_at, replaced_at) >= '0001-01-01T00:00:00Z'
    AND greatest(created_at, replaced_at) < '10000-01-01T00:00:00Z')
)
