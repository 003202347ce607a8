-- One row of the answer to a commit. A type, so that the functions that return it agree.
CREATE TYPE refold.append_answer AS (
  outcome text,           -- see append_commit
  stream text,
  first_version bigint,   -- of the first event of the write
  version bigint,         -- of its last event; in a version_conflict the stream's actual version
  "position" bigint,      -- of its last event
  recorded_at timestamptz,
  event_id uuid           -- in a duplicate_event_id; in a version_conflict the stream's last event, if only that differs
)
