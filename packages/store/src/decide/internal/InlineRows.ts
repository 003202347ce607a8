/** The rows of inline projections that a handler stores together with its events. */
import type { StreamName } from "@refold/core/event/StreamName"
import type { Projection } from "@refold/core/project/Projection"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { InlineRow } from "../../log/EventStore.ts"

/** The part of a projection that a handler needs to store its rows. */
export type InlineProjection<State> = Pick<
  Projection<never, State>,
  "name" | "version" | "definition" | "isInline" | "encode"
>

/** The rows of a stream in this state. A row that cannot be encoded is logged and left out; its next read folds it. */
export const encode = <State>(
  inline: ReadonlyArray<InlineProjection<State>>,
  stream: StreamName,
  state: State
): Effect.Effect<ReadonlyArray<InlineRow>> =>
  Effect.map(
    Effect.forEach(inline, ({ definition, encode, name, version }) =>
      Result.match(encode(state), {
        onSuccess: (encoded) => Effect.succeed([{ projection: name, version, definition, stream, state: encoded }]),
        onFailure: (error) =>
          Effect.as(Effect.logWarning(`the row of "${stream}" in projection "${name}" could not be encoded`, error), [])
      })),
    (rows) => rows.flat()
  )
