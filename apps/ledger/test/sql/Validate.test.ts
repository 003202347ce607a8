// Planted corruption, by a superuser with disabled triggers: each is found under its name, with the expected value.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as SqlClient from "effect/sql/SqlClient"
import { afterAll, describe, expect, it } from "vitest"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import { corruptions, undetected } from "./ValidateCorruptions.ts"
import * as ValidateLedger from "./ValidateLedger.ts"

const runtime = ManagedRuntime.make(
  Layer.provideMerge(Layer.effectDiscard(ValidateLedger.opened), EmbeddedStore.layer())
)
afterAll(() => runtime.dispose())

const saidOf = (sql: ReadonlyArray<string>, isStale?: boolean) =>
  runtime.runPromise(ValidateLedger.saidOf({ sql }, { isStale }))

const appended = "SELECT FROM refold.append_event('account-ada', 'MoneyPaidIn', '{\"amount\": 9}')"

describe("validate_ledger", () => {
  it("returns no rows for a valid ledger", async () => {
    expect(await saidOf([])).toEqual([])
  })

  it("reports stale states only with p_stale", async () => {
    const behind = { version: 5n, expected: { version: 6 }, found: { version: 5 } }
    expect(await saidOf([appended])).toEqual([])
    expect(await saidOf([appended], true)).toMatchObject([
      { problem: "balance_projection_stale", ...behind },
      { problem: "balances_stale", ...behind },
      { problem: "typescript_row_stale", ...behind }
    ])
  })

  it("does not expect discarded events in TypeScript's rows", async () => {
    const poison = "UPDATE refold.event_store SET type = 'MoneyFound' WHERE stream = 'account-bob' AND version = 2"
    const discard = `INSERT INTO refold.discarded_events (projection, "position", stream, version, reason)
      SELECT 'balances', "position", stream, version, 'unknown' FROM refold.event_store
      WHERE stream = 'account-bob' AND version = 2`
    const row = (balance: number, version: number) =>
      `UPDATE refold_rows.rows_live r
      SET state = jsonb_set(jsonb_set(state, '{balance}', '${balance}'), '{version}', '1') || '{"deposits": []}',
        version = ${version}, "position" = e."position"
      FROM refold.event_store e WHERE r.key = 'account-bob' AND e.stream = r.key AND e.version = ${version}`
    const unreadable = { problem: "unreadable_event", aggregate_id: "bob", version: 2n }
    expect(await saidOf([poison, discard, row(0, 1)])).toMatchObject([unreadable])
    expect(await saidOf([poison, discard, row(1, 1)])).toMatchObject([
      { problem: "typescript_row_differs", aggregate_id: "bob", expected: { state: { balance: 0 } } },
      unreadable
    ])
  })

  it.each(corruptions)("finds that $what", async ({ said, sql }) => {
    expect(await saidOf(sql)).toMatchObject(said)
  })

  it.each([
    ["balances_surplus", "There is a row in balances for \"account-ada\", at version 5, but no event."],
    [
      "snapshot_ahead",
      "The snapshot of \"account-ada\" is at version 5, beyond the last event: events were deleted, or it was made up."
    ],
    [
      "balance_projection_missing",
      "There is no row in balance_projection for \"account-ada\", though events up to version 5 were taken in."
    ],
    [
      "balances_differs",
      "The row in balances of \"account-ada\" is not what the events up to version 5 come to: it or they were changed."
    ],
    [
      "typescript_row_behind",
      "The row in TypeScript's balances of \"account-ada\" is at version 5, though later events were taken in: "
      + "it was set back."
    ],
    ["balances_stale", "The row in balances of \"account-ada\" is right at version 5, and there are later events."]
  ])("describes %s in a sentence", async (problem, sentence) => {
    const said = Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql`SELECT ledger.problem_sentence(${problem}, 'account-ada', 5) AS sentence`
    )
    expect(await runtime.runPromise(said)).toEqual([{ sentence }])
  })

  it.each(undetected)("cannot detect that $what", async ({ sql }) => {
    expect(await saidOf(sql)).toEqual([])
  })
})
