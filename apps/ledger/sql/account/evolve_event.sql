-- The state after an event, as account_event reads it. Events are never refused: a recorded withdrawal may exceed every
-- limit. States are the JSON of Account.State in Account.ts, field by field, so that snapshots of one language serve
-- the other. Sums are numeric: they never overflow, and are equal to those of TypeScript up to 9007199254740991 minor
-- units.
CREATE FUNCTION ledger.evolve_event(state jsonb, event jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  what CONSTANT text := event ->> '_tag';
  place CONSTANT bigint := (state ->> 'version')::bigint + 1;
  counted CONSTANT jsonb := state || jsonb_build_object('version', place);
BEGIN
  IF state ->> '_tag' = 'Closed' THEN
    RETURN state;
  ELSIF state ->> '_tag' = 'NotOpen' THEN
    RETURN CASE WHEN what = 'AccountOpened' THEN jsonb_build_object(
      '_tag', 'Open', 'currency', event -> 'currency', 'balance', 0, 'overdraftLimit', 0, 'isFrozen', false,
      'version', place, 'deposits', '[]'::jsonb
    ) ELSE counted END;
  END IF;
  CASE what
    WHEN 'AccountOpened' THEN
      RETURN counted;
    WHEN 'OverdraftLimitChanged' THEN
      RETURN counted || jsonb_build_object('overdraftLimit', event -> 'limit');
    WHEN 'AccountFrozen', 'AccountUnfrozen' THEN
      RETURN counted || jsonb_build_object('isFrozen', what = 'AccountFrozen');
    WHEN 'AccountClosed' THEN
      RETURN '{"_tag": "Closed"}';
    ELSE
      RETURN counted || jsonb_build_object(
        'balance', (state -> 'balance')::numeric + ledger.change_of(event),
        'deposits', ledger.deposits_after(state -> 'deposits', event, place)
      );
  END CASE;
END
$$
