/** The text of `--sql`: the first statements to type in psql. */

/** The next steps in psql, with the store in the schema `store`. */
export const sqlGuide = (store: string): string =>
  `The ledger's SQL is in the schema ledger, beside the store in ${store}. In psql:

  SET search_path = ledger;
  CALL open('ada', 'Prague', 'CZK');
  CALL deposit('ada', 10000, p_idempotency_key => 'first');
  SELECT * FROM handle('ada', '{"_tag": "FreezeAccount", "reason": "lost card"}');
  SELECT * FROM event_store WHERE aggregate_id = 'ada' ORDER BY version;
  SELECT * FROM validate_ledger();
  \\df+ ledger.*`
