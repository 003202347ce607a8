-- All events of all streams in one table: one global order, and one place to protect.
-- Rows are never changed or removed (see refuse_change), and only append_events adds any.
CREATE TABLE refold.event_store (
  -- bigint, because 32 bits run out within a year of 70 events a second.
  position bigint PRIMARY KEY DEFAULT nextval('refold.event_position'),
  -- The whole name rather than a number into a table of streams: an append then touches one table, no row is updated by
  -- every append to its stream, and an event names its own stream.
  -- Compared by bytes: the streams of a category are a range of the index whatever the database's collation, which may also
  -- change with a library of the system and leave indexes in a wrong order.
  stream text COLLATE "C" NOT NULL,
  -- The number of events in the stream including this one. bigint costs nothing beside the text columns.
  version bigint NOT NULL,
  -- Chosen by the writer, so that an append whose answer was lost can be looked up and a repeated one is detected.
  event_id uuid NOT NULL CONSTRAINT event_store_event_id UNIQUE,
  -- The stored name of the event's type. A codec maps it to the name in the code.
  type text NOT NULL,
  -- The version of the type's schema that data was written with; a codec upcasts it.
  schema_version smallint NOT NULL,
  -- jsonb rather than json: malformed text is refused, and auditors can query it.
  data jsonb NOT NULL,
  -- correlationId, causationId, actor, and any fields that the writer adds.
  metadata jsonb NOT NULL,
  -- The domain's clock. It may be back-dated, so nothing is ordered by it.
  occurred_at timestamptz NOT NULL,
  -- The database's clock, in milliseconds (what JavaScript can hold); append_events keeps it from ever decreasing
  -- within a stream, so that the events recorded up to an instant are a prefix of the stream.
  recorded_at timestamptz NOT NULL,
  -- Enforces optimistic concurrency, and is the index that every read of a stream uses.
  CONSTRAINT event_store_stream_version UNIQUE (stream, version),
  -- The bytes of data and metadata as text, which is what a reader gets: jsonb has 12 bytes for a number whose text has
  -- 147,000. Stored, so that reads can end a page before it is too large; pg_column_size is the compressed size, and the
  -- text of a thousand events takes seconds to make. 2^30 more where no client can read the event, which the check refuses.
  size int NOT NULL GENERATED ALWAYS AS (
    refold.readable_size(stream, type, schema_version, data, metadata, occurred_at)
  ) STORED,
  -- How far its position is above that of the first event of its commit: 0 for that one. A distance rather than that position,
  -- because it fills four bytes that were empty behind size, and is known before the event of a lone append is inserted.
  commit_offset int NOT NULL DEFAULT 0 CHECK (commit_offset >= 0),
  -- What is stored can be read again by a client that limits a message to 16 MiB. Writers check each limit before (see
  -- size_problem); this is for all others. Two checks, because each INSERT prepares all that a table has.
  CONSTRAINT event_store_readable CHECK (size < 1073741824 AND version >= 1),
  CONSTRAINT event_store_size CHECK (size <= 9437184 OR size >= 1073741824)
)
