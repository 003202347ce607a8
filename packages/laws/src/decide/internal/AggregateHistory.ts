/** Stores the history of an aggregate, and folds it without a store. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import * as View from "@refold/core/decide/View"
import { decodeAll, type EncodedEvent } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import { EventIds } from "@refold/store/log/EventIds"
import * as Arr from "effect/Array"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Recode from "../../event/internal/Recode.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as RunPrograms from "../../log/internal/RunPrograms.ts"

/** An encoded event in any version of its schema, and when it occurred. */
export interface Entry {
  readonly stored: EncodedEvent
  readonly occurredAt: DateTime.Utc
}

/** The parts of an aggregate that its history needs. */
export type Storable<Command, State, Event extends Tagged, Refusal> = Pick<
  Aggregate<Command, State, Event, Refusal>,
  "category" | "events" | "decider"
>

/** An id that no other run uses. */
export const freshId: Effect.Effect<string> = Effect.map(FreshNames.make, ({ text }) => text(FreshNames.placeholder))

/** The stream of an aggregate with this id. */
export const streamOf = ({ category }: { readonly category: string }, id: string): StreamName.StreamName =>
  Result.getOrThrow(StreamName.make(category, id))

/** Appends each entry in a commit of its own, so that each has its own time. */
export const append = (stream: StreamName.StreamName, entries: ReadonlyArray<Entry>) =>
  Effect.forEach(entries, ({ occurredAt, stored }) =>
    Effect.flatMap(Effect.flatten(EventIds), (id) => {
      const events = Arr.of({ ...stored, id, occurredAt, metadata: {} })
      return RunPrograms.send({ writes: [{ stream, expected: ExpectedVersion.Any, events }] })
    }), { discard: true })

/** The state after these events. Throws if an event does not decode. */
export const fold = <State, Event extends Tagged>(
  { events: codec, decider }: Pick<Storable<never, State, Event, unknown>, "events" | "decider">,
  events: ReadonlyArray<EncodedEvent>
): State => View.fold(decider, Result.getOrThrow(decodeAll(codec, events.map(Recode.recordedOf))))
