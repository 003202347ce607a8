-- Every stored form of an account's events, one row each: stored type and schema version, today's name of the type, the
-- sign with which its amount changes the balance, the default currency of versions without one, and a JSON path that
-- matches data of the right shape.
-- The rows are derived from the functions that read a single event, so nothing is defined twice. They exist for speed:
-- a million events take three seconds by one join and one path each, and twenty by account_event. Data that the path
-- does not match is checked by event_problem, which also accepts numbers that only JavaScript takes for whole ones
-- (1.0000000000000000001).
CREATE MATERIALIZED VIEW ledger.event_formats AS
SELECT stored.type, v.schema_version::smallint AS schema_version, t.event,
  sign(ledger.change_of(jsonb_build_object('_tag', t.event, 'amount', 1))) AS sign,
  ledger.upcast(t.event, v.schema_version::int, '{}') ->> 'currency' AS currency,
  (
    SELECT format('$ ? (@.type() == "object"%s)', string_agg(
      -- By the type first: a lax path unwraps arrays, and ["Cash"] is not "Cash".
      format(CASE
        WHEN jsonb_array_length(f.field) = 3 THEN ' && (!exists(@.%1$I) || @.%1$I.type() == "%2$s"%3$s)'
        ELSE ' && @.%1$I.type() == "%2$s"%3$s'
      END, f.field ->> 0, CASE WHEN k.least IS NULL THEN 'string' ELSE 'number' END, CASE
        WHEN k.least IS NOT NULL
        THEN format(
          ' && @.%1$I >= %2$s && @.%1$I <= 9007199254740991 && @.%1$I.floor() == @.%1$I', f.field ->> 0, k.least
        )
        ELSE (
          SELECT ' && (' || string_agg(format('@.%I == %s', f.field ->> 0, w.word), ' || ') || ')'
          FROM jsonb_array_elements(ledger.words_of(f.field ->> 1)) AS w(word)
        )
      END), '')
    )
    FROM jsonb_array_elements(v.shape) AS f(field)
    LEFT JOIN (VALUES ('amount', '0'), ('place', '1'), ('number', '-9007199254740991')) AS k(kind, least)
      ON k.kind = f.field ->> 1
  )::jsonpath AS shape
FROM jsonb_each(ledger.event_shapes()) AS t(event, shapes)
CROSS JOIN jsonb_array_elements(t.shapes) WITH ORDINALITY AS v(shape, schema_version)
JOIN (SELECT jsonb_object_keys(ledger.event_shapes()) UNION ALL VALUES ('MoneyPaidIn')) AS stored(type)
  ON ledger.current_type(stored.type) = t.event
