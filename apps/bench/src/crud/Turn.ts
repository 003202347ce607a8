/** One run of a workload on some books: its time, and whether all balances are right. */
import * as Effect from "effect/Effect"
import * as Num from "effect/Number"
import type { Books, BooksFailed } from "./Books.ts"
import * as Operation from "./Operation.ts"
import type { Workload } from "./Workload.ts"

/** The difference between balances and acknowledged operations. All in cents. */
export interface Drift {
  /** The expected sum of the balances: the opening balances and every acknowledged change. */
  readonly expected: number
  readonly actual: number
  /** The number of accounts with a wrong balance. */
  readonly wrong: number
  /** The sum missing in accounts that hold too little. */
  readonly lost: number
  /** The excess in accounts that hold too much. */
  readonly made: number
}

/** The result of a run. */
export interface Turn extends Drift {
  readonly seconds: number
  readonly done: number
  readonly refused: number
}

/** Opens the accounts of a workload. */
export const open = (books: Books, { names, opening }: Workload): Effect.Effect<void, BooksFailed> =>
  books.open(names, opening)

/** Runs a workload on its accounts, which have just been opened. */
export const run = Effect.fnUntraced(function*(books: Books, workload: Workload): Effect.fn.Return<Turn, BooksFailed> {
  const started = performance.now()
  const outcomes = yield* Effect.forEach(workload.asked, books.book, { concurrency: workload.clients })
  const seconds = (performance.now() - started) / 1_000
  const done = workload.asked.filter((_, index) => outcomes[index] === "Done")
  const balances = yield* Effect.forEach(workload.names, books.balance, { concurrency: 4 })
  return { seconds, done: done.length, refused: outcomes.length - done.length, ...drift(workload, done, balances) }
})

const drift = (
  { names, opening }: Workload,
  done: ReadonlyArray<Operation.Operation>,
  balances: ReadonlyArray<number>
): Drift => {
  const ought = new Map(names.map((name) => [name, opening]))
  for (const { account, change } of done.flatMap(Operation.legs)) ought.set(account, (ought.get(account) ?? 0) + change)
  const expected = [...ought.values()]
  const off = expected.map((cents, index) => (balances[index] ?? 0) - cents)
  return {
    expected: Num.sumAll(expected),
    actual: Num.sumAll(balances),
    wrong: off.filter((cents) => cents !== 0).length,
    lost: Num.sumAll(off.filter((cents) => cents < 0).map(Math.abs)),
    made: Num.sumAll(off.filter((cents) => cents > 0))
  }
}
