// A consumer with several partitions is exported while event types are added to it: no event of these types is missing after the
// import.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Consumer from "@refold/store/consume/Consumer"
import { advance } from "@refold/store/internal/project/Advance"
import { defaults } from "@refold/store/internal/project/CatchUp"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import * as Store from "@refold/store/maintain/Store"
import * as Partitions from "@refold/store/project/Partitions"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import { layer } from "../support/Server.ts"
import * as Stores from "../support/Stores.ts"

const store = (schema: string) => Layer.fresh(PostgresStore.layerClient({ schema, notify: false }))

const type = (name: string) => EventType.make(name, Schema.Struct({ n: Schema.Int }))

const events = EventCodec.makeUnsafe([type("Happened"), type("Other")])

const consumer = (codec: typeof events, delivered: Array<string> = []) =>
  Consumer.makeUnsafe({
    name: "letters",
    events: codec,
    startAt: "start",
    handle: (_, { stream, version }) => Effect.sync(() => void delivered.push(`${stream} ${version}`))
  })

const definitionOf = (codec: typeof events) => Consumer.target(consumer(codec)).definition

const streams = Array.from({ length: 8 }, (_, n) => Stores.streamName(`thing-${n}`))

const former = EventCodec.makeUnsafe([type("Happened")])

const fill = Effect.gen(function*() {
  yield* Consumer.catchUp(consumer(former))
  yield* Partitions.change(Consumer.target(consumer(former)), 2)
  const { append } = yield* EventStore
  for (const stream of streams) {
    yield* append(stream, [Stores.event({ data: { n: 1 } }), Stores.event({ type: "Other", data: { n: 2 } })])
  }
  yield* Consumer.catchUp(consumer(former))
})

// Each of the two partitions has read one or two events of the added type.
const addSome = (delivered: Array<string>) =>
  Effect.gen(function*() {
    const { id } = yield* (yield* ReadModelStore).live("letters")
    const goal = { head: yield* (yield* EventReader).logHead }
    const target = Consumer.target(consumer(events, delivered))
    for (let step = 0; step < 3; step++) yield* advance(target, id, goal, { ...defaults, batchSize: 1 })
    expect(yield* (yield* ReadModelStore).live("letters")).toMatchObject({
      definition: definitionOf(former),
      addition: { definition: target.definition, checkpoint: 0 }
    })
  })

describe.each([["a server", layer], ["the embedded database", EmbeddedStore.layer()]])("on %s", (_, database) => {
  test(
    "events of types that are being added to two partitions are all delivered after an export and an import",
    () =>
      Effect.gen(function*() {
        const delivered: Array<string> = []
        const exporting = Effect.andThen(
          Effect.andThen(fill, addSome(delivered)),
          Stream.runCollect(Store.exportLines)
        )
        const lines = yield* Effect.provide(exporting, store("one"))
        const importing = Effect.andThen(
          Store.importLines(Stream.fromIterable(lines)),
          Consumer.catchUp(consumer(events, delivered))
        )
        yield* Effect.provide(importing, store("two"))
        expect([...new Set(delivered)].toSorted()).toEqual(streams.map((stream) => `${stream} 2`))
      }).pipe(Effect.provide(database), Effect.scoped, Effect.runPromise)
  )
})
