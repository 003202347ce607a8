// A store with the ledger's SQL beside it, and faulty copies of that SQL, which the laws must detect.
import type * as Law from "@refold/laws/kit/Law"
import * as SqlSchema from "@refold/postgres/schema/SqlSchema"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqlClient from "effect/sql/SqlClient"
import * as LedgerSql from "../../src/sql/LedgerSql.ts"

// A refusal is an exception, which would end the query with all other inputs of a law.
const attempt = `
CREATE FUNCTION twin.attempt(statement text, input jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  value jsonb;
BEGIN
  EXECUTE statement INTO value USING input;
  RETURN jsonb_build_object('value', value);
EXCEPTION WHEN OTHERS THEN
  RETURN jsonb_build_object('error', SQLSTATE);
END
$$`

// Installs the ledger's SQL, and the helpers of the laws.
const install = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* LedgerSql.install()
  yield* sql`CREATE SCHEMA twin`
  yield* sql.unsafe(attempt)
})

/** A store with the ledger's SQL. */
export const on = <Services, E>(store: Layer.Layer<Services | SqlClient.SqlClient, E>) =>
  Layer.provideMerge(Layer.effectDiscard(install), store)

/** A replacement of a text in a file. */
export type Edit = readonly [file: string, from: string, to: string]

/** A planted fault. */
export interface Fault<R> {
  /** The description of the fault. */
  readonly fault: string
  readonly edits: ReadonlyArray<Edit>
  /** The law that must find it, in a schema of the faulty functions. */
  readonly law: (schema: string) => Law.Property<R>
}

/** Installs a copy of the ledger's SQL with the mistake in it. */
export const installBroken = (edits: ReadonlyArray<Edit>, schema: string) =>
  Effect.gen(function*() {
    const files = LedgerSql.load().map(({ name, text }) => {
      const changed = edits.filter(([file]) => file === name).reduce((before, [, from, to]) => {
        if (!before.includes(from)) throw new Error(`${name} does not contain: ${from}`)
        return before.replace(from, () => to)
      }, text)
      return { name, text: changed }
    })
    yield* SqlSchema.install({ name: "ledger", schema, files, values: LedgerSql.values })
  })
