/**
 * Answers of queries, remembered for as long as they are true: an answer holds until the projection's rows change, and
 * asking whether they have is cheaper than reading them again.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Projection } from "@refold/core/project/Projection"
import type { RowQuery } from "@refold/core/project/RowQuery"
import * as Cache from "effect/Cache"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Option from "effect/Option"
import * as ReadModel from "./ReadModel.ts"
import { ReadModelStore } from "./ReadModelStore.ts"

/** Reads a projection's rows, as the functions of `ReadModel` do. */
export interface CachedReader<State, Index extends string> {
  readonly get: (key: string) => Answer<Option.Option<ReadModel.Row<State>>>
  readonly query: (asked?: RowQuery<Index>) => Answer<ReadModel.Page<State>>
}

type Answer<A> = Effect.Effect<A, ReadModel.ReadRowsFailure, ReadModel.Readers>

/**
 * A reader that remembers at most `capacity` answers of each kind, 1,000 by default, and gives none that is out of date.
 * Fails with `InvalidInput` for an inline projection: handlers write its rows, and tell nobody.
 */
export const make = Effect.fnUntraced(function*<Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  { capacity = 1000 }: { readonly capacity?: number | undefined } = {}
): Effect.fn.Return<CachedReader<State, Index>, InvalidInput> {
  if (projection.isInline) return yield* new InvalidInput({ field: "projection", rule: "must not be an inline one" })
  const get = yield* remember(capacity, (key: string) => ReadModel.get(projection, key))
  const query = yield* remember(capacity, (asked: RowQuery<Index>) => ReadModel.query(projection, asked))
  const current = Effect.flatMap(ReadModelStore, (store) => store.live(projection.name))
  return {
    get: (key) => Effect.flatMap(current, (live) => get(live, key)),
    query: (asked = {}) =>
      Effect.flatMap(current, (live) =>
        // No row has changed since, so the rows show what has been passed since, too.
        Effect.map(query(live, asked), (page) => ({ ...page, position: live.checkpoint })))
  }
})

interface Moment {
  readonly id: number
  readonly revision: number
}

// The moment is part of the key, so there is nothing to invalidate: what is out of date is not asked for again, and is
// the first to be forgotten. An answer may be newer than its moment; then nobody asks for that moment again, either.
const remember = <Question, A>(capacity: number, answer: (question: Question) => Answer<A>) =>
  Effect.map(
    Cache.makeWith(([, , question]: readonly [number, number, Question]) => answer(question), {
      capacity,
      timeToLive: (exit) => Exit.isSuccess(exit) ? "1 day" : 0,
      requireServicesAt: "lookup"
    }),
    (cache) => ({ id, revision }: Moment, question: Question) => Cache.get(cache, [id, revision, question] as const)
  )
