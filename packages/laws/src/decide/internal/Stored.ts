/** The stored history of one aggregate, and the state that it folds to without any store. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import * as View from "@refold/core/decide/View"
import type { EncodedEvent } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import { Position } from "@refold/core/event/Position"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import { EventIds } from "@refold/store/log/EventIds"
import * as Arr from "effect/Array"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Play from "../../log/internal/Play.ts"

/** A stored event, in any version of its schema, and when it occurred. */
export interface Entry {
  readonly stored: EncodedEvent
  readonly occurredAt: DateTime.Utc
}

/** What a store must hold of an aggregate; deciding does not matter here. */
export type Storable<Command, State, Event extends Tagged, Refusal> = Pick<
  Aggregate<Command, State, Event, Refusal>,
  "category" | "codec" | "decider"
>

/** An id that no other run uses. */
export const freshId: Effect.Effect<string> = Effect.map(Fresh.make, ({ text }) => text(Fresh.placeholder))

export const streamOf = ({ category }: { readonly category: string }, id: string): StreamName.StreamName =>
  Result.getOrThrow(StreamName.make(category, id))

/** Appends each entry by itself, so that each has a time of its own. */
export const append = (stream: StreamName.StreamName, entries: ReadonlyArray<Entry>) =>
  Effect.forEach(entries, ({ occurredAt, stored }) =>
    Effect.flatMap(Effect.flatten(EventIds), (id) => {
      const events = Arr.of({ ...stored, id, occurredAt, metadata: {} })
      return Play.send({ writes: [{ stream, expected: ExpectedVersion.Any, events }] })
    }), { discard: true })

/** The state after these events. Throws where one does not decode. */
export const fold = <State, Event extends Tagged>(
  { codec, decider }: Pick<Storable<never, State, Event, unknown>, "codec" | "decider">,
  events: ReadonlyArray<EncodedEvent>
): State => View.fold(decider, events.map((event) => Result.getOrThrow(codec.decode({ ...event, ...somewhere }))))

const somewhere = { stream: "any-1" as StreamName.StreamName, version: StreamVersion(1), position: Position(1) }
