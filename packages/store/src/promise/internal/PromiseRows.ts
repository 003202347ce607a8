/** The rows of a projection, read by async functions. */
import type { Tagged } from "@refold/core/event/EventType"
import type { Projection } from "@refold/core/project/Projection"
import type { Cursor, RowQuery } from "@refold/core/project/RowQuery"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as ReadModel from "../../project/ReadModel.ts"
import type { Calls } from "./Calls.ts"
import type { CallOptions } from "./PromiseHandler.ts"

/** A page of rows. */
export interface Page<State> extends Omit<ReadModel.Page<State>, "next"> {
  /** The cursor of the next page, for the same query with `after`; undefined if there are no more rows. */
  readonly next: Cursor | undefined
}

/** Reads the rows of a projection. */
export interface Rows<State, Index extends string> {
  /** The row with this key; undefined if it does not exist. See `ReadModel.get`. */
  readonly get: (key: string, options?: CallOptions) => Promise<ReadModel.Row<State> | undefined>
  /** A page of rows, by default ordered by key. See `ReadModel.query`. */
  readonly query: (asked?: RowQuery<Index>, options?: CallOptions) => Promise<Page<State>>
  /**
   * The same rows, but each read first waits until they include an append: the answer of a handler, or a position. Rejects
   * as `ReadModel.awaitPosition` fails, with `AwaitTimeout` after 5 seconds by default.
   */
  readonly after: (appended: ReadModel.Awaited, options?: ReadModel.AwaitOptions) => Rows<State, Index>
}

/** The rows, each read after `before`. */
export const make = <Event extends Tagged, State, Index extends string>(
  calls: Calls<ReadModel.Readers>,
  projection: Projection<Event, State, Index>,
  before: Effect.Effect<void, ReadModel.AwaitFailure, ReadModel.Readers> = Effect.void
): Rows<State, Index> => ({
  get: (key, options) =>
    calls.call(
      Effect.andThen(before, Effect.map(ReadModel.get(projection, key), Option.getOrUndefined)),
      options?.signal
    ),
  query: (asked, options) =>
    calls.call(
      Effect.map(
        Effect.andThen(before, ReadModel.query(projection, asked)),
        ({ next, ...page }) => ({ ...page, next: Option.getOrUndefined(next) })
      ),
      options?.signal
    ),
  after: (appended, options) =>
    make(calls, projection, Effect.andThen(before, ReadModel.awaitPosition(projection, appended, options)))
})
