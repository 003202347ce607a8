/** A subscription that runs in the background of a law. */
import {
  type DeliveredEvent,
  EventReader,
  type SubscribeFailure,
  type SubscribeOptions
} from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { waitUntil } from "../../kit/internal/WaitUntil.ts"

/** A subscription in the background, and its deliveries. */
export interface Subscriber {
  readonly delivered: ReadonlyArray<DeliveredEvent>
  /** Waits until this number of events is delivered, or the subscription has ended. */
  readonly waitFor: (count: number) => Effect.Effect<unknown>
  /** `runs`, or how it has ended. */
  readonly outcome: Effect.Effect<string>
}

/** Starts a subscription, which ends with the scope. */
export const subscribe = Effect.fnUntraced(function*(
  options: SubscribeOptions
): Effect.fn.Return<Subscriber, never, EventReader | Scope.Scope> {
  const delivered: Array<DeliveredEvent> = []
  const events = Stream.filter(
    (yield* EventReader).subscribeWithCursors(options),
    (one): one is DeliveredEvent => one._tag === "Event"
  )
  const fiber = yield* Effect.forkScoped(
    Stream.runForEach(events, (one) => Effect.sync(() => void delivered.push(one))),
    { startImmediately: true }
  )
  const waitFor = (count: number) =>
    waitUntil(Effect.sync(() => delivered.length >= count || fiber.pollUnsafe() !== undefined))
  const ended = Effect.map(Effect.result(Fiber.join(fiber)), describe)
  return { delivered, waitFor, outcome: Effect.suspend(() => fiber.pollUnsafe() ? ended : Effect.succeed("runs")) }
})

const describe = (ended: Result.Result<void, SubscribeFailure>): string =>
  Result.isFailure(ended)
    ? ended.failure._tag === "LogWentBack" ? `went back: ${ended.failure.reason}` : ended.failure._tag
    : "ended"
