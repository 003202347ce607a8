/** The law of the commits that events name, of a Journal or of an adapter. */
import type { Position } from "@refold/core/event/Position"
import * as Effect from "effect/Effect"
import * as Law from "../../kit/Law.ts"
import type * as History from "./History.ts"

/** Of each commit that was stored, given by the ids of its events, in the order of the log. */
export const commitsAreNamed = <Input, R>(
  logOf: (input: Input) => Effect.Effect<
    {
      readonly history: History.History
      readonly stored: ReadonlyArray<ReadonlyArray<string>>
    },
    unknown,
    R
  >
): Law.Law<Input, R> =>
  Law.make<Input, R>(
    "events name the commit that they were stored in, by the position of its first event",
    (input) =>
      Effect.map(logOf(input), ({ history: { events }, stored }) => {
        const firsts = new Map(stored.flatMap((ids) => ids.map((id) => [id, ids[0]] as const)))
        const positions = new Map<string | undefined, Position>(events.map(({ id, position }) => [id, position]))
        return {
          left: events.map(({ commit }) => commit),
          right: events.map(({ id }) => positions.get(firsts.get(id)))
        }
      })
  )
