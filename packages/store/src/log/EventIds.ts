/** Generates event ids: UUIDs of version 7, which sort by time. */
import type { EventId } from "@refold/core/event/EventId"
import * as Context from "effect/Context"
import * as SecureRandom from "effect/crypto/SecureRandom"
import * as Effect from "effect/Effect"

/** Generates one id from the system's clock and random source. Provide your own to make tests repeatable. */
export const EventIds = Context.Reference<Effect.Effect<EventId>>("@refold/store/EventIds", {
  // A UUID in lower case is an EventId.
  defaultValue: () => Effect.sync(() => SecureRandom.uuidV7Unsafe() as EventId)
})
