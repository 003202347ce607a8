-- The template of the tables of rows: create_rows_table copies its columns and its grants, and a role that is granted a right on
-- all tables of this schema also has it on later ones. The tables are in a schema apart from the functions, and belong to the
-- owner of the store: code that runs with the owner's rights must never use a trigger, a default or a function that a role
-- with fewer rights has made.
CREATE TABLE refold_rows.rows (
  -- Sorted by code points, as in every other adapter and independent of the database's locale.
  key text COLLATE "C" PRIMARY KEY,
  -- jsonb rather than json: fields can be indexed, and extracted without parsing the whole.
  state jsonb NOT NULL,
  -- Of the last event folded into the row.
  "position" bigint NOT NULL,
  version bigint NOT NULL
)
