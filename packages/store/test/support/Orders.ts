// Orders whose first release stored one event for several of today's, and an event type that is now retired.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { EventStore } from "@refold/store/log/EventStore"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const Opened = EventType.make("Opened", Schema.Struct({ by: Schema.String }))
const Added = EventType.make("Added", Schema.Struct({ sku: Schema.NonEmptyString }))
const Placed = EventType.make("Placed", Schema.Struct({ skus: Schema.Array(Schema.String) })).pipe(
  EventType.splitInto([Opened, Added], ({ skus }, { metadata }) => [
    Opened.make({ by: metadata.actor ?? "unknown" }),
    ...skus.map((sku) => Added.make({ sku }))
  ])
)

export const codec = EventCodec.makeUnsafe([Opened, Added, Placed, EventType.retired("Viewed")])

export type Event = typeof Opened.Event | typeof Added.Event

export const State = Schema.Struct({ by: Schema.String, skus: Schema.Array(Schema.String) })
type State = typeof State.Type

const decider = Decider.make<string, State, Event, never>({
  initialState: { by: "", skus: [] },
  decide: (sku) => Result.succeed([Added.make({ sku })]),
  evolve: ({ by, skus }, event) => event._tag === "Opened" ? { by: event.by, skus } : { by, skus: [...skus, event.sku] }
})

/** An order whose command is an article to add, with a snapshot at every second event. */
export const order = Aggregate.makeUnsafe<string, State, Event, never>({
  category: "order",
  events: codec,
  commands: Schema.String,
  decider,
  snapshots: { name: "order", version: 1, state: State, every: 2 }
})

let n = 0

const stored = (type: string, data: NewEvent["data"]): NewEvent => ({
  id: `00000000-0000-7000-8000-${String(++n).padStart(12, "0")}` as NewEvent["id"],
  type,
  schemaVersion: 1,
  data,
  metadata: { actor: "Ada" },
  occurredAt: DateTime.makeUnsafe(0)
})

/** The events that the first release stored. */
export const placed = (...skus: ReadonlyArray<string>) => stored("Placed", { skus })
export const viewed = () => stored("Viewed", { page: 1 })

export const streamOf = (id: string): StreamName.StreamName => Result.getOrThrow(StreamName.make("order", id))

/** Appends as the first release did. */
export const append = (id: string, ...events: NonEmptyReadonlyArray<NewEvent>) =>
  Effect.flatMap(EventStore, (store) => store.append(streamOf(id), events))
