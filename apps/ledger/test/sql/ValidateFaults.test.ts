// Planted faults in validate_ledger, and the corruption for which its findings are then wrong.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, describe, expect, it } from "vitest"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as AccountTwin from "./AccountTwin.ts"
import { corruptions } from "./ValidateCorruptions.ts"
import * as ValidateLedger from "./ValidateLedger.ts"

type Row = readonly [fault: string, missed: string, file: string, from: string, to: string]

const faults: ReadonlyArray<Row> = [
  [
    "gaps are not reported",
    "an event in the middle is deleted",
    "log_problems",
    "o.version <> o.version_before + 1",
    "false"
  ],
  [
    "positions may go down",
    "two events have changed places",
    "log_problems",
    "o.\"position\" <= o.position_before",
    "false"
  ],
  ["times may go back", "an event is back-dated", "log_problems", "o.recorded_at < o.recorded_before", "false"],
  [
    "unreadable events are skipped",
    "an amount is negative",
    "log_problems",
    "WHERE NOT f.is_readable",
    "WHERE false"
  ],
  [
    "money of any currency is accepted",
    "the currency of a deposit is changed",
    "currency_problems",
    "f.currency <> o.currency",
    "false"
  ],
  [
    "old events are not upcast",
    "crowns of an old schema version are put into an account in euros",
    "currency_problems",
    "AND f.is_readable AND f.currency",
    "AND (SELECT e.data ? 'currency' FROM refold.event_store e WHERE e.\"position\" = f.\"position\") AND f.currency"
  ],
  [
    "rows ahead of the log are accepted",
    "the last event of an account is deleted",
    "state_problems",
    "WHEN j.version > j.last THEN 'ahead'",
    ""
  ],
  [
    "rows without an account are ignored",
    "all events of an account are deleted",
    "state_problems",
    "FULL JOIN",
    "LEFT JOIN"
  ],
  [
    "missing rows are not reported",
    "a row of balances is gone",
    "state_problems",
    "WHEN j.kept IS NULL AND j.owed IS NOT NULL THEN 'missing'",
    ""
  ],
  [
    "rows may be set back",
    "a row of balance_projection is set back",
    "state_problems",
    "WHEN j.version < j.owed THEN 'behind'",
    ""
  ],
  [
    "the fold begins at the end",
    "a row of balances is changed",
    "state_problems",
    "ORDER BY e.version ROWS",
    "ORDER BY e.version DESC ROWS"
  ],
  [
    "only the balance is compared",
    "a row of balances is changed",
    "state_problems",
    "j.kept IS DISTINCT FROM j.expected",
    "j.kept #> '{state,balance}' IS DISTINCT FROM j.expected #> '{state,balance}'"
  ],
  [
    "snapshots are not checked",
    "a snapshot is changed",
    "kept_states",
    "s.fingerprint = :'account_fingerprint'",
    "false"
  ],
  [
    "rows of TypeScript are not checked",
    "a row that TypeScript wrote is changed",
    "kept_states",
    "g.status = 'Live'",
    "g.status = 'Scratch'"
  ],
  [
    "balance_projection is not checked",
    "a row of balance_projection is changed",
    "kept_states",
    "FROM ledger.balance_projection p;",
    "FROM ledger.balance_projection p WHERE false;"
  ],
  [
    "answers need an event, wherever it is",
    "an answer names another place",
    "key_problems",
    "a.answer -> 'position' = to_jsonb(e.\"position\")",
    "e.version IS NOT NULL"
  ],
  [
    "an answer that cannot be compared is accepted",
    "an answer names an event that does not exist",
    "key_problems",
    "= e.recorded_at,\n  false",
    "= e.recorded_at,\n  true"
  ],
  [
    "checkpoints are not checked",
    "the last event of the log is deleted, and no row covers it",
    "coverage_problems",
    "c.\"position\" > 0 AND",
    "false AND"
  ]
]

describe("planted faults", () => {
  const runtime = ManagedRuntime.make(
    Layer.provideMerge(Layer.effectDiscard(ValidateLedger.opened), EmbeddedStore.layer())
  )
  afterAll(() => runtime.dispose())

  const asFound = (what: string) => {
    const { said, sql } = corruptions.find((corruption) => corruption.what === what)!
    return Effect.map(ValidateLedger.saidOf({ sql }, { schema: "broken" }), (found) => ({ found, said }))
  }

  it("without a fault, a copy has the expected findings", async () => {
    const { found, said } = await runtime.runPromise(Effect.scoped(Effect.gen(function*() {
      yield* AccountTwin.installBroken([], "broken")
      yield* ValidateLedger.bringUp("broken")
      return yield* asFound("an event in the middle is deleted")
    })))
    expect(found).toMatchObject(said)
  })

  it.each(faults)("if %s, its findings are wrong when %s", async (_, missed, file, from, to) => {
    const { found, said } = await runtime.runPromise(Effect.scoped(Effect.gen(function*() {
      yield* AccountTwin.installBroken([[`validate/${file}`, from, to]], "broken")
      yield* ValidateLedger.bringUp("broken")
      return yield* asFound(missed)
    })))
    expect(found).not.toMatchObject(said)
  })
})
