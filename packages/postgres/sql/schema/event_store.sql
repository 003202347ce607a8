-- What has happened, in one table, whichever stream it belongs to: one order over everything, and one place to guard.
-- Rows are never changed or removed (see refuse_change), and only append_events adds any.
CREATE TABLE refold.event_store (
  -- bigint, because 32 bits run out within a year of 70 events a second.
  position bigint PRIMARY KEY DEFAULT nextval('refold.event_position'),
  -- The whole name rather than a number into a table of streams: an append then touches one table, no row is updated by
  -- every append to its stream, and an event says by itself what it belongs to.
  stream text NOT NULL CHECK (char_length(stream) BETWEEN 1 AND 255 AND stream ~ '^[^-]+-.'),
  -- The stream's number of events just after this one. bigint costs nothing beside the text columns.
  version bigint NOT NULL CHECK (version >= 1),
  -- Given by the writer, so that an append whose answer was lost can be looked up and a repeated one is noticed.
  event_id uuid NOT NULL CONSTRAINT event_store_event_id UNIQUE,
  -- The storage name of what happened. What it is called today, a codec may have to say.
  type text NOT NULL CHECK (char_length(type) BETWEEN 1 AND 255),
  -- Of the type: how data is to be read, and upcast to what the code of today knows.
  schema_version smallint NOT NULL CHECK (schema_version >= 1),
  -- jsonb rather than json: malformed text is refused, and auditors can query it.
  data jsonb NOT NULL,
  -- What is known beside the event: correlationId, causationId, actor, and whatever the writer likes.
  metadata jsonb NOT NULL CHECK (jsonb_typeof(metadata) = 'object'),
  -- The domain's clock: may be back-dated, so nothing is ordered by it.
  occurred_at timestamptz NOT NULL,
  -- The database's clock, in milliseconds (what JavaScript can hold); append_events keeps it from ever decreasing
  -- within a stream, so that the events recorded up to an instant are a prefix of the stream.
  recorded_at timestamptz NOT NULL,
  -- Optimistic locking's last line, and the index that every read of a stream uses.
  CONSTRAINT event_store_stream_version UNIQUE (stream, version)
)
