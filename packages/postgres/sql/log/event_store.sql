-- All events of all streams in one table: one global order, and one place to protect.
-- Rows are never changed or removed (see refuse_change), and only the append functions add any (see append_events).
CREATE TABLE refold.event_store (
  -- bigint, because 32 bits run out within a year of 70 events a second.
  position bigint PRIMARY KEY DEFAULT nextval('refold.event_position'),
  -- The whole name rather than a number that refers to a table of streams: an append then touches one table, updates no row
  -- of a stream, and an event names its own stream.
  -- Compared by bytes: the streams of a category are then a range of the index with any collation of the database. A collation
  -- may also change with a library of the system and leave indexes in a wrong order.
  stream text COLLATE "C" NOT NULL,
  -- The number of events in the stream including this one. bigint costs nothing beside the text columns.
  version bigint NOT NULL,
  -- Chosen by the writer, so that an append whose answer was lost can be looked up and a repeated one is detected.
  event_id uuid NOT NULL CONSTRAINT event_store_event_id UNIQUE,
  -- The stored name of the event's type. A codec maps it to the name in the code.
  type text NOT NULL,
  -- The version of the type's schema that data was written with; a codec upcasts it.
  schema_version smallint NOT NULL,
  -- jsonb rather than json: its fields can be queried and indexed.
  data jsonb NOT NULL,
  -- correlationId, causationId, actor, and any fields that the writer adds.
  metadata jsonb NOT NULL,
  -- The domain's clock. It may be back-dated, so nothing is ordered by it.
  occurred_at timestamptz NOT NULL,
  -- The database's clock, in milliseconds (what JavaScript can hold), read once for each commit; append_events keeps it from
  -- ever decreasing within a stream, so that the events recorded up to an instant are a prefix of the stream.
  recorded_at timestamptz NOT NULL,
  -- Enforces optimistic concurrency, and is the index that every read of a stream uses.
  CONSTRAINT event_store_stream_version UNIQUE (stream, version),
  -- The number of bytes of data and metadata as text, which is what a reader gets: jsonb takes 12 bytes for a number whose text
  -- has 147,000. Stored, so that reads can end a page before it is too large; pg_column_size is the compressed size, and making
  -- the text of a thousand events takes seconds. 2^30 more if no client can read the event, which the check refuses.
  size int NOT NULL GENERATED ALWAYS AS (
    refold.readable_size(stream, type, schema_version, data, metadata, occurred_at)
  ) STORED,
  -- The event's position minus that of the first event of its commit. A difference rather than that position, because it fills
  -- four bytes of padding after size, and is known before the event of a single-event commit is inserted.
  commit_offset int NOT NULL DEFAULT 0 CHECK (commit_offset >= 0),
  -- A client that limits a message to 16 MiB can read every stored event. Clients and the SQL API check each limit before (see
  -- size_problem); this check covers direct calls and the owner. Two checks only, because each INSERT prepares every check of a
  -- table.
  CONSTRAINT event_store_readable CHECK (size < 1073741824 AND version >= 1),
  CONSTRAINT event_store_size CHECK (size <= 9437184 OR size >= 1073741824)
)
