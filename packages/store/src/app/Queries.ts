/** Sends queries to the handlers of a record by tag. A query that could append events does not compile. */
import { printable } from "@refold/core/internal/event/Printable"
import { TaggedError } from "@refold/core/internal/event/TaggedError"
import * as Effect from "effect/Effect"
import type { SnapshotStore } from "../decide/SnapshotStore.ts"
import type { EventStore } from "../log/EventStore.ts"
import * as Handlers from "./internal/Handlers.ts"
import * as Middleware from "./Middleware.ts"

/** Answers the queries of one tag or several. */
export type Handler = (query: never) => Effect.Effect<unknown, unknown, unknown>

/** The record has no handler for the query's tag. No handler and no middleware was run. */
export class UnknownQuery extends TaggedError("UnknownQuery")<Handlers.UnknownTag> {
  override get message(): string {
    return printable(Handlers.format("query", this))
  }
}

// `A` if `R` has no service that can append; otherwise a compile error with this text.
type ReadOnly<R, A> = [Extract<R, EventStore | SnapshotStore>] extends [never] ? A
  : "a query must not need EventStore or SnapshotStore"

type AllReadOnly<H extends Record<string, Handler>> = {
  readonly [Tag in keyof H]: ReadOnly<Effect.Services<ReturnType<H[Tag]>>, H[Tag]>
}

/** Runs the handler of a query's tag. Answers and fails as the handler and the middleware do. */
export interface Ask<H extends Record<string, Handler>, M extends Middleware.List> {
  <Tag extends keyof H & string>(
    query: Handlers.Payload<H, Tag>
  ): Middleware.Applied<ReturnType<H[Tag]>, M, UnknownQuery>
}

/** One function for all queries of a record, with middleware around each handler; the first is the outermost. */
export const make = <
  H extends Record<string, Handler>,
  const M extends Middleware.List = ReadonlyArray<Middleware.Middleware>
>(
  handlers: H & Handlers.Checked<H> & AllReadOnly<H>,
  middleware?: M & ReadOnly<Middleware.ServicesOf<M[number]>, M>
): Ask<H, M> => {
  const find = Handlers.lookup<Handler, UnknownQuery>(handlers, UnknownQuery)
  const ask = (query: never) =>
    Effect.flatMap(
      Effect.suspend(() => Effect.fromResult(find(query))),
      ({ entry: answer, tag }) =>
        Effect.suspend(() => answer(query)).pipe(
          Middleware.apply<Middleware.List>(middleware ?? [], { kind: "Query", tag, payload: query })
        )
    )
  // The handler found by the tag of the query is the one that the type names for this tag.
  return ask as Ask<H, M>
}
