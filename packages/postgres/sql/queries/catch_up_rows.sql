SELECT refold.write_inline_rows(
  :projections::text[], :projection_versions::int[], :keys::text[], :states::text[]::jsonb[], :positions::bigint[],
  :versions::bigint[]
)
