SELECT refold.save_checkpoint(
  :generation::int, :checkpoint::bigint, :rate::float8, :rows_changed::boolean,
  :parked::text[], :parked_versions::bigint[], :parked_positions::bigint[], :parked_types::text[], :stages::text[],
  :reasons::text[], :attempts::int[],
  :unparked::text[]
)
