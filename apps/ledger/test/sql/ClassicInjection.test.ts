// Texts that are SQL, or look like the end of some, through every parameter of every function of the ledger: they are
// stored unchanged, or refused, and have no other effect.
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as SqlClient from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as AccountTwin from "./AccountTwin.ts"
import * as HandlerTwin from "./HandlerTwin.ts"

const drop = "DROP TABLE twin.canary"

const corpus = [
  `'; ${drop}; --`,
  `x'); ${drop}; --`,
  `"; ${drop}; --`,
  `x" CASCADE; ${drop}; --`,
  `$$; ${drop}; $$`,
  `$fold$; ${drop}; $fold$`,
  `$comment$; ${drop}; --`,
  `\\'; ${drop}; --`,
  `\\`,
  `E'\\x27; ${drop}; --`,
  `U&'\\0027; ${drop}; --`,
  `%I %L %s %1$s %n %%`,
  `*/ ${drop}; /*`,
  `-- ${drop}`,
  `1; ${drop}`,
  `(SELECT pg_sleep(1))`,
  `:'account_fingerprint'`,
  `ada\n${drop};\n`,
  `\t\u0001\u001f`,
  `\u2019; ${drop}`,
  `NULL`,
  `{"_tag": "Closed"}`,
  `$.** ? (@ == 1)`,
  `🤯é\u202e`,
  `'${"x".repeat(300)}; ${drop}`,
  `'; ${drop}; --${"x".repeat(100_000)}`
]

const runtime = ManagedRuntime.make(AccountTwin.on(EmbeddedStore.layer()))
afterAll(() => runtime.dispose())

const run = <A extends object>(text: string, parameters: ReadonlyArray<unknown> = []) =>
  runtime.runPromise(Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<A>(text, [...parameters])))

/** The SQLSTATE, or undefined on success; all changes are rolled back. */
const codeOf = (text: string, parameters: ReadonlyArray<unknown>) =>
  runtime.runPromise(
    Effect.flatMap(SqlClient.SqlClient, (sql) =>
      sql.withTransaction(
        Effect.andThen(sql.unsafe(text, [...parameters]), Effect.fail(undefined))
      ).pipe(Effect.catch((error) => Effect.succeed(error && HandlerTwin.serverError(error).code))))
  )

interface Parameter {
  readonly call: string
  readonly name: string
}

/** A call for each text or JSON among the parameters of a schema's functions, with a harmless value for the others. */
const calls = (schema: string) => `
SELECT format('%s %I.%I(%s)',
    CASE p.prokind WHEN 'p' THEN 'CALL' ELSE 'SELECT count(*) FROM' END, n.nspname, p.proname, string_agg(
      CASE
        WHEN a.number <> tried.number THEN CASE a.type
          WHEN 'text'::regtype THEN quote_literal('x')
          WHEN 'jsonb'::regtype THEN quote_literal('{}')
          WHEN 'timestamptz'::regtype THEN 'NULL'
          ELSE CASE WHEN a.type IN ('numeric'::regtype, 'bigint'::regtype, 'int'::regtype) THEN '1' ELSE 'NULL' END
        END
        WHEN a.type = 'jsonb'::regtype THEN 'jsonb_build_object($1::text, $1::text, ''_tag'', $1::text)'
        ELSE '$1::text'
      END || '::' || format_type(a.type, NULL), ', ' ORDER BY a.number
    )) AS call,
  format('%s, parameter %s', p.oid::regprocedure, tried.number) AS name
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname = '${schema}'
CROSS JOIN LATERAL unnest(p.proargtypes::oid[]) WITH ORDINALITY AS tried(type, number)
CROSS JOIN LATERAL unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(type, number)
WHERE p.prokind IN ('f', 'p') AND p.prorettype <> 'trigger'::regtype
  AND tried.type IN ('text'::regtype, 'jsonb'::regtype)
GROUP BY p.oid, n.nspname, tried.number
ORDER BY 2`

const everything = `
SELECT (SELECT count(*) FROM pg_class) AS tables, (SELECT count(*) FROM pg_proc) AS functions,
  (SELECT count(*) FROM pg_roles) AS roles, (SELECT count(*) FROM refold.event_store) AS events,
  (SELECT count(*) FROM twin.canary) AS canaries`

describe("SQL in a text", () => {
  beforeAll(async () => {
    await run("CREATE TABLE twin.canary AS SELECT 1 AS sings")
    await run("CALL ledger.open('ada', 'Prague', 'CZK')")
    await run("CALL ledger.open('bob', 'Prague', 'CZK')")
    await run("CALL ledger.deposit('ada', 1000000)")
  })

  /** The parameters whose text the server read as SQL: a syntax error (42) or an internal error (XX). */
  const taken = async (parameters: ReadonlyArray<Parameter>) => {
    const found = new Set<string>()
    for (const { call, name } of parameters) {
      for (const text of corpus) {
        if (/^(42|XX|3F)/.test(await codeOf(call, [text]) ?? "")) found.add(name)
      }
    }
    return [...found]
  }

  it("has no effect in any parameter of any function", async () => {
    const before = await run(everything)
    const parameters = await run<Parameter>(calls("ledger"))
    expect(parameters.length).toBeGreaterThan(60)
    expect(await taken(parameters)).toEqual([])
    expect(await run(everything)).toEqual(before)
  })

  it("would be found in a function that concatenates texts", async () => {
    await run("CREATE SCHEMA careless")
    await run(`CREATE FUNCTION careless.count_of(agg text) RETURNS bigint LANGUAGE plpgsql AS $$
      DECLARE
        n bigint;
      BEGIN
        EXECUTE concat('SELECT count(*) FROM ledger.event_store WHERE aggregate_id = ', chr(39), agg, chr(39)) INTO n;
        RETURN n;
      END $$`)
    expect(await taken(await run<Parameter>(calls("careless")))).toEqual(["careless.count_of(text), parameter 1"])
  })

  it("is stored unchanged in every free text", async () => {
    for (const [index, text] of corpus.entries()) {
      const agg = `agg-${index}`
      const own = { branch: text, statements: "Monthly", currency: "CZK", _tag: "OpenAccount" }
      await run("SELECT version FROM ledger.handle($1, $2::text::jsonb, NULL, NULL, $3, $4)", [
        agg,
        JSON.stringify(own),
        text,
        text
      ])
      await run("CALL ledger.deposit($1, 5, 'Cash', NULL, $2, $3)", [agg, text, text])
      await run("CALL ledger.transfer('ada', $1, 5, NULL, $2)", [agg, text])
      await run(
        "SELECT version FROM ledger.append_event($1, 'AccountFrozen', jsonb_build_object('reason', $2::text))",
        [agg, text]
      )
      const stored = await run(
        `SELECT data ->> 'branch' AS branch, data ->> 'purpose' AS purpose, data ->> 'reason' AS reason,
          metadata ->> 'actor' AS actor, metadata ->> 'correlationId' AS correlation
         FROM ledger.event_store WHERE aggregate_id = $1 ORDER BY version`,
        [agg]
      )
      const nothing = { branch: null, purpose: null, reason: null, actor: null, correlation: null }
      expect(stored).toEqual([
        { ...nothing, branch: text, actor: text, correlation: text },
        { ...nothing, purpose: text },
        { ...nothing, purpose: text },
        { ...nothing, reason: text }
      ])
    }
  })

  const open = "SELECT deduplicated FROM ledger.handle($1, $2::text::jsonb, 0, $1)"
  const command = JSON.stringify({ _tag: "OpenAccount", branch: "x", statements: "Monthly", currency: "CZK" })

  const isName = (text: string) => text.length <= 247 && !/\p{Cc}/u.test(text)

  it("is refused as a name if it is too long or has control characters", async () => {
    for (const text of corpus.filter((text) => !isName(text))) {
      expect(await codeOf(open, [text, command])).toBe("22023")
    }
  })

  it("is the id of an account and an idempotency key like any other", async () => {
    for (const text of corpus.filter(isName)) {
      expect([await run(open, [text, command]), await run(open, [text, command])]).toEqual([
        [{ deduplicated: false }],
        [{ deduplicated: true }]
      ])
      await run("SELECT version FROM ledger.take_snapshot($1)", [text])
      expect(
        await run("SELECT version, snapshot_version FROM ledger.rebuild_from_snapshot($1)", [text])
      ).toEqual([{ version: 1n, snapshot_version: 1n }])
      expect(await run("SELECT type FROM ledger.event_store WHERE aggregate_id = $1", [text])).toEqual([
        { type: "AccountOpened" }
      ])
    }
    expect(await run("SELECT sings FROM twin.canary")).toEqual([{ sings: 1 }])
  })
})
