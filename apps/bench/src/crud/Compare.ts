/** The whole comparison: lost updates, answers about the past, and costs. */
import * as Effect from "effect/Effect"
import * as Contestants from "./Contestants.ts"
import * as Database from "./Database.ts"
import * as History from "./History.ts"
import * as Machine from "./Machine.ts"
import * as Reading from "./Reading.ts"
import * as Storage from "./Storage.ts"
import * as TwoClients from "./TwoClients.ts"
import type { Size } from "./Workload.ts"
import * as Writing from "./Writing.ts"

/** The sizes of the measurements. */
export interface Options extends Size {
  readonly rounds: number
  readonly seed: number
  /** Accounts of the load with constant conflicts. */
  readonly hot: number
  /** Events of the account that is read. */
  readonly depth: number
  readonly reads: number
}

/** All results, as `--json` prints them. */
export type Findings = Effect.Success<ReturnType<typeof run>>

/** Runs the whole comparison; `say` gets a line for each step. */
export const run = Effect.fnUntraced(function*(
  database: Database.Database,
  options: Options,
  say: (text: string) => Effect.Effect<void>
) {
  const loadBefore = Machine.load()
  const contestants = yield* Contestants.open(database)
  const beforeCosts = yield* knowledge(database, contestants)
  const costs = yield* measure(contestants, options, say)
  const machine = { ...Machine.look(), loadBefore, loadAfter: Machine.load() }
  return { machine, database, postgres: yield* Database.version, options, ...beforeCosts, ...costs }
}, Effect.scoped)

/** The results that are the same in every run: the answers about a story, and the two clients. The books must be empty. */
export const knowledge = Effect.fnUntraced(function*(
  database: Database.Database,
  contestants: Contestants.Contestants
) {
  const history = yield* History.ask(contestants)
  const byHand = yield* Effect.forEach(contestants.all, (books) =>
    Effect.map(
      TwoClients.interleave(books, Database.heldUp(database)),
      (outcome) => ({ name: books.name, defence: books.defence, ...outcome })
    ))
  return { history, byHand }
})

const measure = Effect.fnUntraced(function*(
  contestants: Contestants.Contestants,
  { accounts, clients, hot, operations, rounds, seed, ...reading }: Options,
  say: (text: string) => Effect.Effect<void>
) {
  const { all, locked } = contestants
  const sizes = [
    { accounts, operations: Math.ceil(operations / 4), clients: 1 },
    { accounts, operations, clients },
    { accounts: hot, operations, clients }
  ]
  yield* say("warming up")
  const little = { accounts: hot, operations: Math.min(operations, 200), clients }
  yield* Writing.measure(all, locked, { prefix: "warm", rounds: 1, seed, size: little })
  const loads = yield* Effect.forEach(sizes, (size, index) =>
    Effect.andThen(
      say(`${size.operations} operations by ${size.clients} on ${size.accounts} accounts, ${rounds} rounds`),
      Writing.measure(all, locked, { prefix: `load${index}`, rounds, seed, size })
    ))
  yield* say(`reads of an account of ${reading.depth} events`)
  const reads = yield* Reading.measure(contestants, { rounds, ...reading })
  yield* say("storage")
  // More of them than in a round: tables and indexes grow by whole pages.
  const size = { accounts, operations: 4 * operations, clients }
  const storage = yield* Effect.forEach(all, (books) => Storage.measure(books, size, seed))
  return { loads, reads, storage }
})

/** Whether only the ways without a lock or version check have lost updates. */
export const isAsExpected = ({ byHand, loads }: Pick<Findings, "byHand" | "loads">): boolean => {
  const defenceless = new Set(byHand.filter(({ defence }) => defence === "none").map(({ name }) => name))
  return byHand.every(({ actual, defence, expected }) => defence === "none" || actual === expected) &&
    loads.flatMap(({ written }) => written).every(({ drift, name }) => drift.wrong === 0 || defenceless.has(name))
}
