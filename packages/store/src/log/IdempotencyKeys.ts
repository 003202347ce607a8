/**
 * How long idempotency keys are kept. A client that has given up trying again needs its key no more; for keys that are
 * kept for ever, see `Idempotency.neverExpires`.
 */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { EventStore } from "./EventStore.ts"
import type { EventStoreError } from "./EventStoreError.ts"

/** Which keys are to be forgotten. */
export interface Policy {
  /** Longer than any client goes on trying. Counted back from now by Effect's clock; keys are as old as the store says. */
  readonly olderThan: Duration.Input
}

/**
 * Forgets the keys that are older than that, and says how many; a command repeated under one of them is a new command.
 * Needs a role that may (for PostgreSQL see `sql/schema/privileges.sql`). Fails with `InvalidInput` where the duration is
 * not longer than nothing.
 */
export const expire = Effect.fnUntraced(function*(
  { olderThan }: Policy
): Effect.fn.Return<number, InvalidInput | EventStoreError, EventStore> {
  const age = yield* Effect.fromResult(millisOf(olderThan, "olderThan"))
  const now = yield* DateTime.now
  // No store is older than 1970.
  const before = Math.max(0, Math.floor(DateTime.toEpochMillis(now) - age))
  return yield* (yield* EventStore).forgetKeys(DateTime.makeUnsafe(before))
})

/** How keys are kept by a daemon. */
export interface Daemon {
  /** How long to wait from one time to the next, an hour by default. */
  readonly every?: Duration.Input | undefined
}

/**
 * Keeps keys for so long, for ever: forgets the older ones now and then. Where the store fails, that is logged, and the
 * next time will do. Any number of processes may do this. Fails with `InvalidInput` at the start.
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
      Effect.catchTag("EventStoreError", (error) => Effect.logWarning("no idempotency key has expired", error))
    )
    yield* Effect.sleep(pause)
  }
})

const millisOf = (duration: Duration.Input, field: string): Result.Result<number, InvalidInput> => {
  const millis = Option.match(Duration.fromInput(duration), { onNone: () => 0, onSome: Duration.toMillis })
  return millis > 0
    ? Result.succeed(millis)
    : invalid(field, "must be longer than nothing")
}
