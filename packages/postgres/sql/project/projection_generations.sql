-- One build of a projection's rows: the live one that readers see, one that is being built beside it, one that was
-- replaced and waits to be dropped, or a scratch one for a query as of the past. Its rows are in the table rows_<id>
-- of the schema of rows (see create_rows_table).
CREATE TABLE refold.projection_generations (
  -- Never reused, so that a remembered id cannot refer to other rows.
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  projection text NOT NULL CHECK (char_length(projection) BETWEEN 1 AND 255),
  version int NOT NULL CHECK (version >= 1),
  -- The kind of the projection, its event types, categories and indexes, as the library renders them. text rather than jsonb:
  -- it is compared as a whole, and read by the library only. A partition that was given more event types has one of its own.
  definition text NOT NULL,
  -- text rather than an enum, which could never lose a value again.
  status text NOT NULL CHECK (status IN ('Building', 'Live', 'Retired', 'Scratch')),
  -- The number of its partitions, and what their events are shared out by (null while there has only been one).
  partitions int NOT NULL DEFAULT 1 CHECK (partitions BETWEEN 1 AND 10000),
  partitioned_by text CHECK (partitioned_by IN ('stream', 'key')),
  -- The number of partitions that is asked for, and the checkpoint at which they change: none passes it before all are there.
  next_partitions int CHECK (next_partitions BETWEEN 1 AND 10000),
  drain_to bigint CHECK (drain_to BETWEEN 0 AND 9007199254740991),
  -- Instead of rows it has tables of its own, in a schema of its own (see generation_schema).
  has_tables boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- When another generation became live in its place: programs of its version read it for some time from then on.
  replaced_at timestamptz,
  -- Projectors write this table, and a client can hold no other times.
  CHECK (least(created_at, replaced_at) >= '0001-01-01T00:00:00Z'
    AND greatest(created_at, replaced_at) < '10000-01-01T00:00:00Z')
)
