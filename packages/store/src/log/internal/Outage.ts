/** Logs outages of a store: a warning at the beginning, and a line at the end. */
import * as Effect from "effect/Effect"
import type { EventStoreError } from "../EventStoreError.ts"

/** A loop that retries while the store fails. */
export interface Loop {
  /** Logs a failure: the first one at Warn in one line, others at Debug. */
  readonly failed: (error: EventStoreError) => Effect.Effect<void>
  /** Notes a success: logs at Info if it ends the outage. */
  readonly succeeded: Effect.Effect<void>
  /** The loop has ended and is no longer part of the outage. */
  readonly ended: Effect.Effect<void>
}

/** Makes loops of one user of the store, such as `projection "totals"`: they log one outage together. */
export const loops = (user: string): () => Loop => {
  const failing = new Set<object>()
  return () => {
    const loop = {}
    return {
      failed: (error) =>
        Effect.suspend(() => {
          const isFirst = failing.size === 0
          failing.add(loop)
          const line = `${user} could not use the store and tries again: ${error.message}`
          return isFirst ? Effect.andThen(Effect.logWarning(line), Effect.logDebug(error)) : Effect.logDebug(line)
        }),
      succeeded: Effect.suspend(() =>
        failing.delete(loop) && failing.size === 0 ? Effect.logInfo(`${user} can use the store again`) : Effect.void
      ),
      ended: Effect.sync(() => void failing.delete(loop))
    }
  }
}
