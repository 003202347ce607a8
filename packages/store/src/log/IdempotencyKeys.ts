/**
 * Expires idempotency keys. A key is needed only as long as its client retries; keys with `Idempotency.neverExpires` are
 * kept.
 */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { EventStore } from "./EventStore.ts"
import type { EventStoreError } from "./EventStoreError.ts"

/** Which keys expire. */
export interface Policy {
  /**
   * The age of a key by the store's clock, counted back from now by Effect's clock. Choose it longer than any client
   * retries.
   */
  readonly olderThan: Duration.Input
}

/**
 * Deletes the keys that are older, and returns their number. A command repeated under one of them is a new command. Needs
 * the right to delete keys (for PostgreSQL see `sql/schema/privileges.sql`). Fails with `InvalidInput` if the duration
 * is not above zero.
 */
export const expire = Effect.fnUntraced(function*(
  { olderThan }: Policy
): Effect.fn.Return<number, InvalidInput | EventStoreError, EventStore> {
  const age = yield* Effect.fromResult(millisOf(olderThan, "olderThan"))
  const now = yield* DateTime.now
  // Times before 1970 are invalid.
  const before = Math.max(0, Math.floor(DateTime.toEpochMillis(now) - age))
  return yield* (yield* EventStore).forgetKeys(DateTime.makeUnsafe(before))
})

/** The interval of expiry. */
export interface Daemon {
  /** The pause between two runs; one hour by default. */
  readonly every?: Duration.Input | undefined
}

/**
 * Keeps keys for a duration: expires older ones at an interval, and never ends. An error of the store is logged, and the
 * next run tries again. Several programs may do this. Fails with `InvalidInput` if a duration is not above zero.
 */
export const keepFor = Effect.fnUntraced(function*(
  olderThan: Duration.Input,
  { every = "1 hour" }: Daemon = {}
): Effect.fn.Return<never, InvalidInput, EventStore> {
  yield* Effect.fromResult(millisOf(olderThan, "olderThan"))
  const pause = yield* Effect.fromResult(millisOf(every, "every"))
  for (;;) {
    yield* expire({ olderThan }).pipe(
      Effect.tap((count) => Effect.logDebug(`${count} idempotency key(s) have expired`)),
      Effect.catchTag(
        "EventStoreError",
        (error) => Effect.logWarning("idempotency keys could not be expired; the next run tries again", error)
      )
    )
    yield* Effect.sleep(pause)
  }
})

const millisOf = (duration: Duration.Input, field: string): Result.Result<number, InvalidInput> => {
  const millis = Option.match(Duration.fromInput(duration), { onNone: () => 0, onSome: Duration.toMillis })
  return millis > 0
    ? Result.succeed(millis)
    : invalid(field, "must be a duration above zero")
}
