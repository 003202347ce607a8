// A legacy table of many rows, seeded with a kill in the middle: nothing is stored twice, memory does not grow with it, and
// how fast it was is printed. REFOLD_LEGACY_ROWS says how many rows, 20,000 by default.
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import * as LegacyProcesses from "./support/LegacyProcesses.ts"
import { onDatabase } from "./support/LegacyStores.ts"

const rows = Number(process.env["REFOLD_LEGACY_ROWS"] ?? 20_000)

const mapping = Accounts.mapping()

/** Runs an effect and prints how long it took. */
const timed = <A, E, R>(what: string, count: number, effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const began = performance.now()
    const result = yield* effect
    const seconds = (performance.now() - began) / 1000
    process.stderr.write(`${what}: ${count} rows in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} rows/s\n`)
    return result
  })

const numbersIn = (said: string): ReadonlyArray<number> =>
  said.split("\n").filter((line) => /^\d+$/.test(line)).map(Number)

/** Waits until so many rows are said to be done. */
const untilDone = (daemon: LegacyProcesses.LegacyProcess, count: number): Effect.Effect<void> =>
  Effect.suspend(() =>
    (numbersIn(daemon.said()).at(-1) ?? 0) >= count
      ? Effect.void
      : Effect.andThen(Effect.sleep("5 millis"), untilDone(daemon, count))
  )

test(
  "many rows are seeded across a kill, later runs and a reconciliation are quick, and memory stays small",
  { timeout: 3_600_000 },
  onDatabase(({ sql, url }) =>
    Effect.gen(function*() {
      yield* Accounts.createTable({ isUnique: true })
      yield* Accounts.fill(rows)
      const killed = yield* LegacyProcesses.start({ url, work: "seed" })
      yield* timed("seed, first half", rows / 2, untilDone(killed, rows / 2))
      yield* killed.kill
      const rest = yield* LegacyProcesses.start({ url, work: "seed" })
      const said = yield* timed("seed, second half", rows / 2, rest.ended)
      expect(numbersIn(said)[0]).toBeGreaterThan(rows / 2)
      const [, megabytes] = /rss (\d+) MB/.exec(said)!
      process.stderr.write(`memory of the second process: ${megabytes} MB\n`)
      // Some 200 of it are what any such process takes.
      expect(Number(megabytes)).toBeLessThan(500)
      const again = yield* timed("a later run, nothing has changed", rows, LegacyTable.seed(mapping))
      expect(again).toMatchObject({ rows, events: 0, skipped: 0 })
      const found = yield* timed("reconcile", rows, LegacyTable.reconcile(mapping))
      expect(found).toMatchObject({ rows, streams: rows, events: rows, differences: { count: 0 } })
      expect(isEqual(found)).toBe(true)
      expect(yield* sql`select count(*)::int as events from refold.event_store`).toEqual([{ events: rows }])
    })
  )
)
