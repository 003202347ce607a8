// Planted faults in the projections' SQL, and the law that finds each.
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, describe, expect, it } from "vitest"
import * as EmbeddedStore from "../../../../packages/postgres/test/support/EmbeddedStore.ts"
import * as AccountTwin from "./AccountTwin.ts"
import { type ProjectionLaw, projectionsAgree, unreadableStops } from "./ProjectionLaws.ts"

/** Under its seed one of the first inputs finds a fault. */
type Row = readonly [fault: string, law: ProjectionLaw, seed: number, file: string, from: string, to: string]

const faults: ReadonlyArray<Row> = [
  ["money that leaves is added", projectionsAgree, 2, "account_facts", "f.sign * CASE", "abs(f.sign) * CASE"],
  [
    "a former name is not mapped",
    projectionsAgree,
    12,
    "event_formats",
    "VALUES ('MoneyPaidIn')",
    "VALUES ('MoneyPaid')"
  ],
  [
    "old openings are in euros",
    projectionsAgree,
    20261121,
    "account_facts",
    "coalesce(f.currency, ",
    "coalesce(nullif(f.currency, 'CZK'), 'EUR', "
  ],
  [
    "events before the opening count",
    projectionsAgree,
    12,
    "balance_projection",
    "sum(f.change) FILTER (WHERE f.version > l.opened)",
    "sum(f.change)"
  ],
  [
    "a limit from before the opening stays",
    projectionsAgree,
    15,
    "balance_projection",
    "'OverdraftLimitChanged' AND f.version > l.opened",
    "'OverdraftLimitChanged'"
  ],
  [
    "the highest limit stays, not the last",
    projectionsAgree,
    4,
    "balance_projection",
    "ARRAY[f.version, f.overdraft_limit]",
    "ARRAY[f.overdraft_limit, f.overdraft_limit]"
  ],
  [
    "an account stays frozen",
    projectionsAgree,
    3,
    "balance_projection",
    "a.frozen > coalesce(a.unfrozen, 0)",
    "a.frozen > 0"
  ],
  ["a closing before the opening closes", projectionsAgree, 13, "balance_projection", "c.version > f.opened AND", ""],
  [
    "the last opening counts",
    projectionsAgree,
    11,
    "balance_projection",
    "min(f.version) FILTER (WHERE f.type = 'AccountOpened')",
    "max(f.version) FILTER (WHERE f.type = 'AccountOpened')"
  ],
  [
    "a closed account keeps its balance",
    projectionsAgree,
    1,
    "balance_projection",
    "coalesce(a.balance, 0) ELSE 0",
    "coalesce(a.balance, 0) ELSE a.balance"
  ],
  [
    "an unreadable event is skipped",
    unreadableStops,
    4,
    "balance_projection",
    "AND f.version < l.unreadable\n",
    "AND f.is_readable\n"
  ],
  [
    "an opening after an unreadable event opens",
    unreadableStops,
    12,
    "balance_projection",
    "CASE WHEN f.opened < f.unreadable THEN f.opened END",
    "f.opened"
  ],
  [
    "a batch continues after an unreadable event",
    unreadableStops,
    4,
    "catch_up_batch",
    "WHERE f.version = coalesce(k.version, 0) + f.number",
    ""
  ],
  [
    "each batch starts from the initial state",
    projectionsAgree,
    1,
    "catch_up_batch",
    "coalesce(k.state, ledger.initial_account())",
    "ledger.initial_account()"
  ],
  [
    "the checkpoint goes to the head after a full batch",
    projectionsAgree,
    1,
    "catch_up_batch",
    "ELSE reached END",
    "ELSE head END"
  ],
  [
    "a batch begins one position too late",
    projectionsAgree,
    1,
    "catch_up_batch",
    "e.\"position\" > before",
    "e.\"position\" > before + 1"
  ],
  ["the last batch is left out", projectionsAgree, 1, "catch_up_balances", "taken < batch_size", "taken <= batch_size"]
]

describe("planted faults", () => {
  const runtime = ManagedRuntime.make(AccountTwin.on(EmbeddedStore.layer()))
  afterAll(() => runtime.dispose())

  it.each(faults.map((row) => [row[0], row[1]("").law, row] as const))(
    "if %s, a law is broken: %s",
    async (_, __, [, law, seed, file, from, to]) => {
      await runtime.runPromise(Effect.scoped(AccountTwin.installBroken([[`projection/${file}`, from, to]], "broken")))
      const verdict = await law("broken").check({
        run: runtime.runPromise,
        runs: 1_500,
        shrink: false,
        replay: { seed }
      })
      expect(verdict).toMatchObject({
        _tag: "Broken",
        left: expect.not.objectContaining({ failedWith: expect.anything() })
      })
    }
  )
})
