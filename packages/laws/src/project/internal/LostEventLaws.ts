/** The laws of subscriptions to a log that goes back: they miss no event of the restored log, or they fail. */
import { Position } from "@refold/core/event/Position"
import { LogCopy } from "@refold/store/internal/log/LogCopy"
import type { Cursor } from "@refold/store/log/Cursor"
import { EventReader, type SubscribeOptions } from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as Histories from "./Histories.ts"
import type { LogCase, Stores } from "./LogWentBackLaws.ts"
import * as ProjectionRun from "./ProjectionRun.ts"
import * as SampleProjections from "./SampleProjections.ts"
import { subscribe } from "./Subscriber.ts"

const subscribed = (fresh: FreshNames.FreshNames): SubscribeOptions => ({
  categories: [...SampleProjections.categories, Histories.elsewhere].map(fresh.text)
})

const idsOf = (events: ReadonlyArray<{ readonly id: string }>) => events.map(({ id }) => id)

/** The subscription runs all the time, and has received all events when the log goes back. */
export const subscriptionsFollowTheLog = Law.make<LogCase, Stores>(
  "a subscription that runs while the log goes back delivers every event of the log that is there, or fails",
  ({ kept, later, lost, onLogChange }) =>
    Effect.scoped(Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const after = yield* (yield* EventReader).head
      // Without an event, nothing shows that the subscription has begun before the log changes.
      const fails = onLogChange === "fail" && kept.length > 0
      const subscriber = yield* subscribe({ ...subscribed(fresh), after, onLogChange: fails ? "fail" : "resume" })
      yield* ProjectionRun.append(fresh, kept)
      yield* subscriber.waitFor(kept.length)
      const putBack = yield* (yield* LogCopy).take
      yield* ProjectionRun.append(fresh, lost)
      yield* subscriber.waitFor(kept.length + lost.length)
      yield* putBack
      const ends = lost.length > 0 || fails
      // At once, not only with the next event.
      if (ends) yield* subscriber.waitFor(Infinity)
      for (const entries of later) yield* ProjectionRun.append(fresh, entries)
      const log = yield* ProjectionRun.log(fresh)
      if (!ends) yield* subscriber.waitFor(log.length)
      const outcome = yield* subscriber.outcome
      const expected = ends ? fails ? ["went back: Gone", "went back: Unknown"] : ["went back: Gone"] : ["runs"]
      return {
        left: [
          expected.includes(outcome) ? expected : outcome,
          ends || idsOf(subscriber.delivered.map(({ event }) => event))
        ],
        right: [expected, ends || idsOf(log)]
      }
    }))
)

/** The subscriber stores the cursor of one of its events, ends, and resumes when the log has gone back and grown again. */
export const cursorsNoticeALogThatWentBack = Law.make<LogCase, Stores>(
  "a subscription resumed with a cursor delivers every event after it, or fails if its event is gone",
  ({ from, kept, later, lost, onLogChange }) =>
    Effect.scoped(Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const after = yield* (yield* EventReader).head
      const first = yield* subscribe({ ...subscribed(fresh), after })
      yield* ProjectionRun.append(fresh, kept)
      const putBack = yield* (yield* LogCopy).take
      yield* ProjectionRun.append(fresh, lost)
      yield* first.waitFor(kept.length + lost.length)
      const cursor: Cursor | undefined = first.delivered[from - 1]?.cursor
      yield* putBack
      for (const entries of later) yield* ProjectionRun.append(fresh, entries)
      if (cursor === undefined) return { left: "no cursor", right: "no cursor" }
      const log = yield* ProjectionRun.log(fresh)
      const second = yield* subscribe({ ...subscribed(fresh), cursor, onLogChange })
      const fails = from > kept.length
        ? "went back: Gone"
        : onLogChange === "fail"
        ? "went back: Unknown"
        : undefined
      yield* second.waitFor(fails === undefined ? log.length - from : Infinity)
      return {
        left: [yield* second.outcome, idsOf(second.delivered.map(({ event }) => event))],
        right: [fails ?? "runs", fails === undefined ? idsOf(log.slice(from)) : []]
      }
    }))
)

/** A position without an event that proves it, as stored by a subscriber without cursors. */
export const positionsBeyondTheLogFail = Law.make<LogCase, Stores>(
  "a subscription after a position beyond the last event fails with LogWentBack",
  ({ from, kept }) =>
    Effect.scoped(Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      yield* ProjectionRun.append(fresh, kept)
      const { last } = yield* (yield* EventReader).bound
      const subscriber = yield* subscribe({ after: Position(last + from) })
      yield* subscriber.waitFor(Infinity)
      return { left: yield* subscriber.outcome, right: "went back: Gone" }
    }))
)
