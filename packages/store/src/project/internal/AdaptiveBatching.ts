/** Batches of the largest size that succeeds within about a second or two. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

// A batch that takes less is followed by one of twice its size, and one that takes more than twice as long by one of half its
// size: larger batches write rows less often, and no transaction is open for long.
const quickMillis = 1000
const firstSize = 2000

/**
 * Runs batches, given as options with their size. A batch that fails with `EventStoreError` may be too large: it may exceed a timeout for
 * idle transactions, or the limits of a message. It is run again with a tenth of its events, and half of its size becomes the maximum.
 * The error is returned if a batch of one event fails.
 */
export const adaptiveBatching = <Options extends { readonly batchSize: number }>(options: Options) => {
  let maximum = options.batchSize
  let batchSize = Math.min(firstSize, maximum)
  return Effect.fnUntraced(function*<A, E extends { readonly _tag: string }, R>(
    run: (options: Options) => Effect.Effect<A, E, R>
  ): Effect.fn.Return<A, E, R> {
    for (;;) {
      const started = yield* Clock.currentTimeMillis
      const result = yield* Effect.result(run({ ...options, batchSize }))
      if (Result.isSuccess(result)) {
        const millis = (yield* Clock.currentTimeMillis) - started
        if (millis < quickMillis) batchSize = Math.min(maximum, batchSize * 2)
        else if (millis > 2 * quickMillis) batchSize = Math.ceil(batchSize / 2)
        return result.success
      }
      if (result.failure._tag !== "EventStoreError" || batchSize === 1) return yield* Effect.fail(result.failure)
      yield* Effect.logDebug(
        `a batch of ${batchSize} events failed and is run again in smaller batches`,
        result.failure
      )
      maximum = Math.ceil(batchSize / 2)
      batchSize = Math.ceil(batchSize / 10)
    }
  })
}
