/**
 * Polling has no spans: an idle program would fill a trace with them. Work that a poll finds has spans, if its caller has
 * the tracer enabled.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as References from "effect/References"

// Whether the tracer was enabled where the outermost poll began; undefined outside of a poll.
const TracedWork = Context.Reference<boolean | undefined>("@refold/store/internal/log/TracedWork", {
  defaultValue: () => undefined
})

/** Runs a poll without spans, except for the `work` inside. */
export const untraced = <A, E, R>(poll: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.gen(function*() {
    const isTraced = (yield* TracedWork) ?? (yield* References.TracerEnabled)
    return yield* Effect.withTracerEnabled(Effect.provideService(poll, TracedWork, isTraced), false)
  })

/** Runs what a poll has found to do, with spans again. */
export const work = <A, E, R>(found: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.flatMap(TracedWork, (isTraced) =>
    isTraced === undefined
      ? found
      : Effect.withTracerEnabled(Effect.provideService(found, TracedWork, undefined), isTraced))
