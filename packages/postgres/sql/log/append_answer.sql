-- One row of the answer to a commit. A type, so that the functions that return it agree.
CREATE TYPE refold.append_answer AS (
  outcome text,           -- see append_commit
  stream text,
  first_version bigint,   -- the first and the last version that the commit's write became …
  version bigint,         -- … or the stream's actual version in a version_conflict
  "position" bigint,      -- of the last event of the write
  recorded_at timestamptz,
  event_id uuid           -- in a duplicate_event_id; in a version_conflict the stream's last event, if only that differs
)
