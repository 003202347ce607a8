/** Compares the rows of the app's projections in two stores, key by key. */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import * as AsOf from "refold/AsOf"
import { EventReader } from "refold/EventReader"
import type { Services } from "refold/MemoryStore"
import * as PastRows from "refold/PastRows"
import type { Position } from "refold/Position"
import type { Projection } from "refold/Projection"
import type { Row } from "refold/ReadModel"
import * as ReadModel from "refold/ReadModel"
import * as Balances from "../../projection/Balances.ts"
import * as DailyTotals from "../../projection/DailyTotals.ts"
import * as Statements from "../../projection/Statements.ts"
import * as TopAccounts from "../../projection/TopAccounts.ts"
import * as ReadSide from "../../ReadSide.ts"

/** Compares with a copy in memory, which holds the log up to `last`. */
export const compare = Effect.fnUntraced(function*(memory: Context.Context<Services>, last: Position) {
  const head = yield* (yield* EventReader).head
  yield* ReadSide.awaitAll(head)
  yield* Effect.provide(ReadSide.catchUp, memory)
  const one = comparison(memory, head === last ? undefined : last)
  return yield* Effect.all([
    one(Balances.projection),
    one(Statements.projection),
    one(DailyTotals.projection),
    one(TopAccounts.projection)
  ])
})

// A copy of only the beginning of a log, up to `last`, is compared with the rows as of its end.
const comparison = (memory: Context.Context<Services>, last: Position | undefined) =>
  Effect.fnUntraced(function*<Event extends { readonly _tag: string }, State, Index extends string>(
    projection: Projection<Event, State, Index>
  ) {
    const live = Stream.runCollect(ReadModel.stream(projection))
    const here = last === undefined
      ? yield* live
      : yield* Stream.runCollect((yield* PastRows.asOf(projection, AsOf.position(last))).stream())
    const there = yield* Effect.provide(live, memory)
    return { projection: projection.name, rows: here.length, unequal: unequal(here, there) }
  }, Effect.scoped)

type Rows = ReadonlyArray<Row<unknown>>

// By state only: positions differ between the stores, and so may the order of events of different accounts.
const unequal = (here: Rows, there: Rows): ReadonlyArray<string> => {
  const states = new Map(there.map(({ key, state }) => [key, state]))
  const keys = here.filter(({ key, state }) => !Equal.equals(state, states.get(key))).map(({ key }) => key)
  const known = new Set(here.map(({ key }) => key))
  return [...keys, ...[...states.keys()].filter((key) => !known.has(key))]
}
