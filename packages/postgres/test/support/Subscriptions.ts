/*
 * A durable subscription as in other event stores, implemented by a consumer: a name, a start and a selection. A received event
 * is acknowledged when the receiver returns.
 */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import type { Position } from "@refold/core/event/Position"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Consumer from "@refold/store/consume/Consumer"
import type { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as EmbeddedStore from "./EmbeddedStore.ts"
import { freshDatabase } from "./freshDatabase.ts"
import * as Stores from "./Stores.ts"
import { quietly } from "./Ticks.ts"

const types = [
  EventType.make("Ticked", Schema.Struct({ n: Schema.Int })),
  EventType.make("Tocked", Schema.Struct({ n: Schema.Int }))
] as const

/** The events that subscribers receive. */
export type Event = { readonly _tag: "Ticked" | "Tocked"; readonly n: number }

/** A codec of these types. Both have one shape, so an event of either is an `Event`. */
const codecOf = (selected: "all" | "Ticked"): EventCodec.EventCodec<Event> =>
  selected === "all"
    ? EventCodec.makeUnsafe(types)
    // It decodes only one of the two types of `Event`.
    : EventCodec.makeUnsafe([types[0]]) as unknown as EventCodec.EventCodec<Event>

/** The options of a subscription. */
export interface Options extends Pick<Consumer.Definition<Event>, "categories" | "concurrency"> {
  readonly name?: string
  readonly startAt?: "start" | "now" | { readonly after: Position }
  readonly selected?: "all" | "Ticked"
  /** Runs before an event is acknowledged. */
  readonly receive?: (event: Event, delivery: Consumer.Delivery) => Effect.Effect<unknown, unknown>
}

/** The services that a contract needs. */
export type Services = EventStore | EventReader | ReadModelStore

/** A subscription, with its received and acknowledged events. */
export const make = (
  { name = "subscription", receive = () => Effect.void, selected = "all", startAt = "start", ...others }: Options = {}
) => {
  const received: Array<number> = []
  const acknowledged: Array<number> = []
  const consumer = Consumer.makeUnsafe<Event>({
    name,
    events: codecOf(selected),
    startAt,
    ...others,
    handle: (event, delivery) =>
      Effect.suspend(() => {
        received.push(event.n)
        return Effect.andThen(receive(event, delivery), Effect.sync(() => void acknowledged.push(event.n)))
      })
  })
  return {
    consumer,
    received,
    acknowledged,
    /** Receives all stored events. */
    drain: (options: Consumer.Options = {}) => Consumer.catchUp(consumer, { backoff: "1 millis", ...options }),
    /** Receives in the background, until the returned effect is run. */
    connect: Effect.gen(function*() {
      const scope = yield* Scope.make()
      yield* Scope.provide(Consumer.start(consumer, { backoff: "1 millis" }), scope)
      return Scope.close(scope, Exit.void)
    }),
    remove: Projector.forget(consumer),
    checkpoint: Effect.map(
      Effect.flatMap(ReadModelStore, (store) => store.generations(name)),
      ([generation]) => generation?.checkpoint
    )
  }
}

/** Appends events one at a time. */
export const append = (stream: string, numbers: ReadonlyArray<number>, type: Event["_tag"] = "Ticked") =>
  Effect.forEach(
    numbers,
    (n) =>
      Effect.flatMap(
        EventStore,
        (store) => store.append(Stores.streamName(stream), [Stores.event({ type, data: { n } })])
      ),
    { discard: true }
  )

let schemas = 0

const inPostgres = Effect.map(
  freshDatabase(),
  (url) => PostgresStore.layer({ url: Redacted.make(url), schema: `contract_${schemas++}` })
)

/** The stores of the contract, each new. Without the embedded one, on which all other operations wait while a receiver waits. */
const stores = {
  memory: Effect.succeed<Layer.Layer<Services, unknown>>(MemoryStore.layer),
  embedded: Effect.succeed<Layer.Layer<Services, unknown>>(EmbeddedStore.layer()),
  postgres: inPostgres
}

/** A test function on a new store. */
export const on = (store: keyof typeof stores) => <A, E>(test: Effect.Effect<A, E, Services | Scope.Scope>) => () =>
  Effect.runPromise(quietly(Effect.scoped(
    Effect.flatMap(stores[store] as typeof stores["memory"], (layer) => Effect.provide(test, layer, { local: true }))
  )))
