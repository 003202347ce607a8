/** The rows of the app's projections in two stores, held against each other, key by key. */
import type { Position } from "@refold/core/event/Position"
import * as AsOf from "@refold/core/journal/AsOf"
import type { Projection } from "@refold/core/project/Projection"
import type { Services } from "@refold/memory/MemoryStore"
import { EventReader } from "@refold/store/log/EventReader"
import * as PastRows from "@refold/store/project/PastRows"
import type { Row } from "@refold/store/project/ReadModel"
import * as ReadModel from "@refold/store/project/ReadModel"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Stream from "effect/Stream"
import * as Balances from "../projection/Balances.ts"
import * as DailyTotals from "../projection/DailyTotals.ts"
import * as Statements from "../projection/Statements.ts"
import * as TopAccounts from "../projection/TopAccounts.ts"
import * as ReadSide from "../ReadSide.ts"

/** What a projection made of the same history in two stores. */
export interface SameRows {
  readonly projection: string
  readonly count: number
  /** The keys of rows that only one store has, or that differ. */
  readonly unequal: ReadonlyArray<string>
}

/** Compares with the rows of a copy in memory, which holds the log up to `last`. */
export const compare = Effect.fnUntraced(function*(memory: Context.Context<Services>, last: Position) {
  const head = yield* (yield* EventReader).head
  yield* ReadSide.awaitAll(head)
  yield* Effect.provide(ReadSide.catchUp, memory)
  const isWhole = head === last
  return [
    yield* compareOne(Balances.projection, memory, last, isWhole),
    yield* compareOne(Statements.projection, memory, last, isWhole),
    yield* compareOne(DailyTotals.projection, memory, last, isWhole),
    yield* compareOne(TopAccounts.projection, memory, last, isWhole)
  ]
})

type Tagged = { readonly _tag: string }

const compareOne = Effect.fnUntraced(function*<Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  memory: Context.Context<Services>,
  last: Position,
  isWhole: boolean
) {
  const live = Stream.runCollect(ReadModel.stream(projection))
  // Where the copy is only the beginning of a long log, live rows have gone further than it.
  const here = isWhole
    ? yield* live
    : yield* Effect.scoped(
      Effect.flatMap(PastRows.asOf(projection, AsOf.position(last)), (past) => Stream.runCollect(past.stream()))
    )
  const there = yield* Effect.provide(live, memory)
  const same: SameRows = { projection: projection.name, count: here.length, unequal: unequal(here, there) }
  return same
})

// The states alone: the copy has other positions, and other accounts' events may have changed places.
const unequal = (
  here: ReadonlyArray<Row<unknown>>,
  there: ReadonlyArray<Row<unknown>>
): ReadonlyArray<string> => {
  const states = new Map(there.map(({ key, state }) => [key, state]))
  const keys = here.filter(({ key, state }) => !Equal.equals(state, states.get(key))).map(({ key }) => key)
  const known = new Set(here.map(({ key }) => key))
  return [...keys, ...[...states.keys()].filter((key) => !known.has(key))]
}
