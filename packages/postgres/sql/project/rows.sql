-- The form and the rights of the tables of rows: create_rows_table copies both, and a role that is granted a right on all
-- tables of this schema has it on later ones, too. The tables are in a schema apart from the functions, and belong to the
-- owner of the store: what runs with the owner's rights must never meet a trigger, a default or a function that a role
-- with fewer rights has made.
CREATE TABLE refold_rows.rows (
  -- By code points, as in every other adapter and independent of the database's locale.
  key text COLLATE "C" PRIMARY KEY,
  -- jsonb rather than json: fields can be indexed, and taken out without parsing the whole.
  state jsonb NOT NULL,
  -- Of the last event folded into the row.
  "position" bigint NOT NULL,
  version bigint NOT NULL
)
