/** The rows that a handler stores together with its events. */
import type { StreamName } from "@refold/core/event/StreamName"
import type { Projection } from "@refold/core/project/Projection"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { InlineRow } from "../../log/EventStore.ts"

/** What a handler needs of a projection of its aggregate. */
export type InlineProjection<State> = Pick<Projection<never, State>, "name" | "version" | "isInline" | "encode">

/** The rows of a stream in this state. One that cannot be written is folded by whoever reads it, who is then told why. */
export const encode = <State>(
  inline: ReadonlyArray<InlineProjection<State>>,
  stream: StreamName,
  state: State
): Effect.Effect<ReadonlyArray<InlineRow>> =>
  Effect.map(
    Effect.forEach(inline, ({ encode, name, version }) =>
      Result.match(encode(state), {
        onSuccess: (encoded) => Effect.succeed([{ projection: name, version, stream, state: encoded }]),
        onFailure: (error) => Effect.as(Effect.logWarning(`no row of "${stream}" in projection "${name}"`, error), [])
      })),
    (rows) => rows.flat()
  )
