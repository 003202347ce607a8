/** Reads of subscriptions. Adapters retry for a limited time. A subscription retries without a limit. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { ReadFailure } from "../EventReader.ts"
import type { EventStoreError } from "../EventStoreError.ts"
import * as InstanceChanged from "../InstanceChanged.ts"
import * as Outage from "./Outage.ts"
import * as RetryPolicies from "./RetryPolicies.ts"

/**
 * Repeats a read while the store fails. It fails with an `EventStoreError` only if the error is permanent or its cause is
 * `InstanceChanged`: the same read would fail again.
 */
export const retryForever = <A>(
  read: Stream.Stream<A, InvalidInput | EventStoreError>
): Stream.Stream<A, InvalidInput | EventStoreError> =>
  Stream.suspend(() => {
    const loop = Outage.loops("a subscription")()
    return read.pipe(
      Stream.tapError((error) => isRetried(error) ? loop.failed(error) : Effect.void),
      Stream.onFirst(() => loop.succeeded),
      Stream.onEnd(loop.succeeded),
      Stream.retry((forErrors) =>
        Schedule.while(forErrors(RetryPolicies.storeUnavailable), ({ input }) => isRetried(input))
      )
    )
  })

/** Repeats a query about the log until the store answers. */
export const readForever = <A>(question: Effect.Effect<A, ReadFailure>): Effect.Effect<A, ReadFailure> =>
  retryForever(Stream.fromEffect(question)).pipe(Stream.runHead, Effect.map(Option.getOrThrow))

const isRetried = (error: InvalidInput | EventStoreError): error is EventStoreError =>
  error._tag === "EventStoreError" && error.isPermanent !== true && !InstanceChanged.isCauseOf(error)
