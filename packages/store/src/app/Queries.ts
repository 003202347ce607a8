/**
 * The front door of an application's queries: a plain record says which handler answers which tag. Nothing in it can
 * append: a handler that needs the event store, or the means of those who decide, does not compile.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SnapshotStore } from "../decide/SnapshotStore.ts"
import type { EventStore } from "../log/EventStore.ts"
import * as ByTag from "./internal/ByTag.ts"
import * as Middleware from "./Middleware.ts"

/** Answers queries of one tag or of several. */
export type Handler = (query: never) => Effect.Effect<unknown, unknown, unknown>

/** What no query may need: the services of the command side. */
export type CommandSide = EventStore | SnapshotStore

/** The query with this tag of those that a handler answers. */
export type QueryOf<H, Tag> = H extends (query: infer Query) => unknown ? ByTag.Member<Query, Tag> : never

/** Nobody answers a query with this tag; undefined where the input has none at all. Nothing was run. */
export class UnknownQuery extends Data.TaggedError("UnknownQuery")<ByTag.Unknown> {
  override get message(): string {
    return `not a known query: ${ByTag.describe(this)}`
  }
}

/** The handlers, where each answers its tag and needs nothing of the command side; else the compiler's message says so. */
export type Answered<H> = {
  readonly [Tag in keyof H]: [QueryOf<H[Tag], Tag>] extends [never] ? "this handler answers no query with this tag"
    : H[Tag] extends (query: never) => Effect.Effect<unknown, unknown, infer R> ? ReadOnly<R, H[Tag]>
    : never
}

/** `A`, where what it needs is nothing of the command side. */
export type ReadOnly<R, A> = [Extract<R, CommandSide>] extends [never] ? A : "a query may not need the command side"

/** Asks the handler of a query's tag; answers, fails and needs what that does, and what the middleware adds. */
export interface Ask<H extends Readonly<Record<string, Handler>>, M extends Middleware.List> {
  <Tag extends keyof H & string>(query: { readonly _tag: Tag } & { [T in Tag]: QueryOf<H[T], T> }[Tag]): Effect.Effect<
    Effect.Success<ReturnType<H[Tag]>>,
    Effect.Error<ReturnType<H[Tag]>> | Middleware.ErrorOf<M> | UnknownQuery,
    Effect.Services<ReturnType<H[Tag]>> | Middleware.ServicesOf<M>
  >
}

/**
 * One function for the queries of a record of handlers, with middleware around each, none of which may need the command
 * side either. For a query that no compiler has seen and nobody answers it fails with `UnknownQuery`, before any
 * middleware.
 */
export const make = <H extends Readonly<Record<string, Handler>>, const M extends Middleware.List = Middleware.None>(
  handlers: H & Answered<H>,
  middleware?: M & ReadOnly<Middleware.ServicesOf<M>, M>
): Ask<H, M> => {
  const find = ByTag.make<Handler>(handlers)
  const around: Middleware.List = middleware ?? []
  const ask = (query: never) =>
    Effect.suspend(() => {
      const found = find(query)
      if (Result.isFailure(found)) return Effect.fail(new UnknownQuery(found.failure))
      const { entry: answer, tag } = found.success
      return Effect.suspend(() => answer(query)).pipe(
        Middleware.apply(around, { kind: "Query", tag, payload: query })
      )
    })
  // What is found by the tag of the query is what the type says for that tag.
  return ask as Ask<H, M>
}
