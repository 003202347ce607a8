SELECT refold.save_snapshot(
  :stream::text, :view::text, :fingerprint::text, :version::bigint, :position::bigint, :recorded_at::timestamptz,
  :state::text::jsonb
)
