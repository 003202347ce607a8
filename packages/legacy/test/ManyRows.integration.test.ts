// A legacy table of many rows, seeded across a kill. Prints the rates of the operations. A full soak seeds a million rows.
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as Soak from "../../postgres/test/support/Soak.ts"
import { isEqual } from "../src/LegacyReport.ts"
import * as LegacyTable from "../src/LegacyTable.ts"
import * as Accounts from "./support/Accounts.ts"
import * as LegacyProcesses from "./support/LegacyProcesses.ts"
import { onDatabase } from "./support/LegacyStores.ts"

const rows = Soak.size({ test: 10_000, short: 30_000, full: 1_000_000 })

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

const numbersIn = (output: string): ReadonlyArray<number> =>
  output.split("\n").filter((line) => /^\d+$/.test(line)).map(Number)

/** Waits until this number of rows is done. */
const untilDone = ({ output }: Pick<LegacyProcesses.LegacyProcess, "output">, count: number): Effect.Effect<void> =>
  Effect.suspend(() =>
    (numbersIn(output()).at(-1) ?? 0) >= count
      ? Effect.void
      : Effect.andThen(Effect.sleep("5 millis"), untilDone({ output }, count))
  )

test(
  "many rows are seeded once across a kill, in bounded memory",
  onDatabase(({ sql, url }) =>
    Effect.gen(function*() {
      yield* Accounts.createTable({ isUnique: true })
      yield* Accounts.fill(rows)
      const killed = yield* LegacyProcesses.start({ url, work: "seed", pauseAfter: rows / 2 })
      yield* timed("seed, first half", rows / 2, untilDone(killed, rows / 2))
      yield* killed.kill
      const rest = yield* LegacyProcesses.start({ url, work: "seed" })
      const output = yield* timed("seed, second half", rows / 2, rest.ended)
      expect(numbersIn(output)[0]).toBeGreaterThan(rows / 2)
      const [, megabytes] = /rss (\d+) MB/.exec(output)!
      process.stderr.write(`memory of the second process: ${megabytes} MB\n`)
      // About 200 of them are the runtime and the libraries.
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
