/** The law of the times of commits, of a Journal or of an adapter. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Law from "../../kit/Law.ts"
import type * as History from "./History.ts"

/** As of an instant, all of a commit is then read or nothing, for example both sides of a transfer, unless the clock was set back. */
export const commitsHaveOneTime = <Input, R>(
  logOf: (input: Input) => Effect.Effect<{ readonly history: History.History }, unknown, R>
): Law.Law<Input, R> =>
  Law.make<Input, R>(
    "all events of a commit have one time, or that of the event before in their stream if later",
    (input) =>
      Effect.map(logOf(input), ({ history: { events } }) => ({
        left: events.map(({ recordedAt }) => recordedAt),
        right: events.map(({ commit, stream, version }) => {
          const times = events.filter((one) => one.commit === commit).map(({ recordedAt }) => recordedAt)
          const clock = times.reduce((first, time) => DateTime.min(first, time))
          const before = events.find((one) => one.stream === stream && one.version === version - 1)
          return DateTime.max(clock, before?.recordedAt ?? clock)
        })
      }))
  )
