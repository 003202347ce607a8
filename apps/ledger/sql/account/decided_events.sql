-- Decided events in the form of account_event.
CREATE FUNCTION ledger.decided_events(decided jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT coalesce(jsonb_agg(e.event -> 'data' || jsonb_build_object('_tag', e.event -> 'type') ORDER BY e.place), '[]')
FROM jsonb_array_elements(decided) WITH ORDINALITY AS e(event, place)
$$
