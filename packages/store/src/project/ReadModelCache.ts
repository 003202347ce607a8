/**
 * Caches the answers of queries until the rows of the projection change. Each read queries the store for the revision of the
 * rows, which is cheaper than reading them.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import type { Projection } from "@refold/core/project/Projection"
import type { RowQuery } from "@refold/core/project/RowQuery"
import * as Cache from "effect/Cache"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as GenerationChoice from "./internal/GenerationChoice.ts"
import { share } from "./internal/SharedRows.ts"
import * as ReadModel from "./ReadModel.ts"
import { type Generation, ReadModelStore } from "./ReadModelStore.ts"

/** Reads the rows of a projection through a cache. */
export interface CachedReader<State, Index extends string> {
  /** As `ReadModel.get`. */
  readonly get: (key: string) => Answer<Option.Option<ReadModel.Row<State>>>
  /** As `ReadModel.query`. */
  readonly query: (asked?: RowQuery<Index>) => Answer<ReadModel.Page<State>>
}

type Answer<A> = Effect.Effect<A, ReadModel.ReadRowsFailure, ReadModel.Readers>

/**
 * A reader that caches at most `capacity` rows and as many pages, 1,000 by default, and returns no stale answer.
 * Callers share the rows: arrays and plain objects are frozen, and rows with other objects are copied for each caller. Fails
 * with `InvalidInput` for an inline projection: command handlers write its rows without a new revision.
 */
export const make = Effect.fnUntraced(function*<Event extends Tagged, State, Index extends string>(
  projection: Projection<Event, State, Index>,
  { capacity = 1000 }: { readonly capacity?: number | undefined } = {}
): Effect.fn.Return<CachedReader<State, Index>, InvalidInput> {
  if (projection.isInline)
    return yield* new InvalidInput({ field: "projection", rule: "must not be inline: read it with ReadModel instead" })
  const get = yield* makeCached(
    capacity,
    (key: string) => Effect.map(ReadModel.get(projection, key), (row) => share(projection, Option.toArray(row)))
  )
  const query = yield* makeCached(
    capacity,
    (asked: RowQuery<Index>) =>
      Effect.map(ReadModel.query(projection, asked), ({ next, rows }) => ({ next, rows: share(projection, rows) }))
  )
  const current = Effect.flatMap(ReadModelStore, (store) =>
    Effect.flatMap(
      store.generations(projection.name),
      (generations) => Effect.fromResult(GenerationChoice.choose(projection, generations))
    ))
  return {
    get: (key) =>
      Effect.flatMap(current, (live) => Effect.map(get(live, key), (rows) => Option.fromUndefinedOr(rows()[0]))),
    query: (asked = {}) =>
      Effect.flatMap(current, (live) =>
        // No row has changed since the answer was cached, so the answer also holds for the current checkpoint.
        Effect.map(
          query(live, asked),
          ({ next, rows }) => ({
            rows: rows(),
            next: Option.map(next, (cursor) => cursor),
            position: live.checkpoint
          })
        ))
  }
})

type Revision = Pick<Generation, "id" | "revision">

// The revision is part of the key, so nothing is invalidated: stale answers are no longer looked up and are evicted first.
// The rows may have changed since the revision was read. Such an answer is returned but not kept: if the log goes back,
// the revision in its key may be the current one again.
const makeCached = <Question, A>(capacity: number, answer: (question: Question) => Answer<A>) =>
  Effect.map(
    Cache.makeWith(
      ([, , question]: readonly [number, string, Question]) => {
        const revisions: Array<Revision> = []
        return answer(question).pipe(
          Effect.map((value) => ({ value, revisions })),
          Effect.updateService(ReadModelStore, (store) => notingRevisions(store, revisions))
        )
      },
      {
        capacity,
        timeToLive: (exit, [id, revision]) =>
          Exit.isSuccess(exit) && exit.value.revisions.every((read) => read.id === id && read.revision === revision)
            ? "1 day"
            : 0,
        requireServicesAt: "lookup"
      }
    ),
    (cache) => ({ id, revision }: Revision, question: Question) =>
      Effect.map(Cache.get(cache, [id, revision, question] as const), ({ value }) => value)
  )

const notingRevisions = (
  store: ReadModelStore["Service"],
  revisions: Array<Revision>
): ReadModelStore["Service"] => ({
  ...store,
  read: (source, selection) =>
    Effect.tap(store.read(source, selection), ({ generation }) => Effect.sync(() => revisions.push(generation)))
})
