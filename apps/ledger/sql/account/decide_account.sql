-- The second layer of validation, the decider: what a command (as check_command returns it) leads to in this state.
-- {"refusal": {"_tag": …}} or {"events": [{"type", "schemaVersion", "data"}]}, equal to decide in Account.ts event by
-- event and refusal by refusal. It is pure: the same command and state always give the same decision.
CREATE FUNCTION ledger.decide_account(command jsonb, state jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  what CONSTANT text := command ->> '_tag';
  asked CONSTANT jsonb := command - '_tag';
  is_frozen CONSTANT boolean := (state ->> 'isFrozen')::boolean;
BEGIN
  IF state ->> '_tag' = 'Closed' THEN
    RETURN ledger.refused('AccountIsClosed');
  ELSIF what = 'OpenAccount' THEN
    RETURN CASE
      WHEN state ->> '_tag' = 'Open' THEN ledger.refused('AccountAlreadyOpen')
      ELSE ledger.decided('AccountOpened', asked)
    END;
  ELSIF state ->> '_tag' <> 'Open' THEN
    RETURN ledger.refused('AccountNotOpen');
  ELSIF is_frozen AND what IN ('Deposit', 'Withdraw', 'ReverseDeposit', 'CloseAccount') THEN
    RETURN ledger.refused('AccountIsFrozen');
  END IF;
  CASE what
    WHEN 'Deposit', 'Withdraw' THEN
      RETURN ledger.decide_movement(what, asked, state);
    WHEN 'ReverseDeposit' THEN
      RETURN ledger.decide_reversal(asked, state);
    WHEN 'SetOverdraftLimit' THEN
      RETURN ledger.decide_limit(asked -> 'limit', state);
    WHEN 'FreezeAccount' THEN
      RETURN CASE WHEN is_frozen THEN ledger.decided() ELSE ledger.decided('AccountFrozen', asked) END;
    WHEN 'UnfreezeAccount' THEN
      RETURN CASE WHEN is_frozen THEN ledger.decided('AccountUnfrozen') ELSE ledger.decided() END;
    WHEN 'CloseAccount' THEN
      RETURN CASE
        WHEN state -> 'balance' = '0' THEN ledger.decided('AccountClosed')
        ELSE ledger.refused('BalanceNotZero', jsonb_build_object('balance', state -> 'balance'))
      END;
  END CASE;
END
$$
