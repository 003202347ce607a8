-- Mutable tables whose rows become events, one row for each mapping. Whoever turns rows of a table into events holds its
-- row here until his transaction ends: two of them take turns, and what one has stored the next one sees.
CREATE TABLE refold.legacy_tables (
  id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The mapping's name.
  name text NOT NULL UNIQUE CHECK (char_length(name) BETWEEN 1 AND 255),
  -- The legacy table, quoted and with its schema: a text, because an oid would not survive a dump.
  relation text NOT NULL,
  -- The column whose texts tell its rows apart.
  key text NOT NULL,
  -- Since when the events are the truth. Nothing is turned into events afterwards.
  switched_at timestamptz
)
