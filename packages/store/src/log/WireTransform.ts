/** A hook between codec and store, for batches of events, to encrypt and decrypt them. */
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { EventStoreError } from "./EventStoreError.ts"

/** Two inverse functions. Each must keep the number and the order of the events. */
export interface WireTransform {
  readonly toWire: (
    events: NonEmptyReadonlyArray<NewEvent>
  ) => Effect.Effect<NonEmptyReadonlyArray<NewEvent>, EventStoreError>
  readonly fromWire: (
    events: ReadonlyArray<RecordedEvent>
  ) => Effect.Effect<ReadonlyArray<RecordedEvent>, EventStoreError>
}

const identity: WireTransform = { toWire: Effect.succeed, fromWire: Effect.succeed }

/** Whether a transform is the identity: then it needs no column of the events. */
export const isIdentity = ({ fromWire }: WireTransform): boolean => fromWire === identity.fromWire

/** Used wherever events are stored or folded; the identity by default. */
export const WireTransform = Context.Reference<WireTransform>("@refold/store/WireTransform", {
  defaultValue: () => identity
})
