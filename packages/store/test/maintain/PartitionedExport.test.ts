// A consumer with several partitions that is exported while event types are added to it: after the import none of them is missing.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Consumer from "@refold/store/consume/Consumer"
import { advance } from "@refold/store/internal/project/Advance"
import { defaults } from "@refold/store/internal/project/CatchUp"
import { EventReader } from "@refold/store/log/EventReader"
import * as Store from "@refold/store/maintain/Store"
import * as Partitions from "@refold/store/project/Partitions"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import { append, type codec, run, stored } from "../support/Account.ts"
import * as Mail from "../support/Mail.ts"

const ids = ["a", "b", "c", "d", "e", "f", "g", "h"]

const deposits = EventCodec.makeUnsafe([EventType.make("Deposited", Schema.Struct({ amount: Schema.Number }))])

const later = () => Mail.make({ before: () => Effect.void })

/** Two partitions at the head, and `steps` events of the type that is added. */
const fill = (steps: number) =>
  Effect.gen(function*() {
    const { consumer } = Mail.make({ events: deposits as unknown as typeof codec })
    yield* Consumer.catchUp(consumer)
    yield* Partitions.change(Consumer.target(consumer), 2)
    let n = 7000
    for (const id of ids) yield* append(id, stored(++n), stored(++n, { type: "Withdrawn" }))
    yield* Consumer.catchUp(consumer)
    const { consumer: added, sent } = later()
    const { id } = yield* (yield* ReadModelStore).live("mail")
    const goal = { head: yield* (yield* EventReader).logHead }
    for (let step = 0; step < steps; step++) {
      yield* advance(Consumer.target(added), id, goal, { ...defaults, batchSize: 1 })
    }
    return { former: Consumer.target(consumer), added: Consumer.target(added), sent }
  })

describe("event types that are being added to a consumer with two partitions", () => {
  it.each([1, 3, 5])(
    "are exported with the progress of the partition that has read the fewest of them, after %s batches",
    (steps) =>
      run(Effect.gen(function*() {
        const { added, former } = yield* fill(steps)
        expect(yield* (yield* ReadModelStore).live("mail")).toMatchObject({
          definition: former.definition,
          addition: { definition: added.definition, checkpoint: 0 }
        })
      }))
  )

  it.each([1, 3, 5])(
    "are all delivered after an export and an import, after %s batches",
    (steps) =>
      run(Effect.gen(function*() {
        const { sent } = yield* fill(steps)
        const lines = yield* Stream.runCollect(Store.exportLines)
        const { consumer, sent: rest } = later()
        const imported = Effect.andThen(Store.importLines(Stream.fromIterable(lines)), Consumer.catchUp(consumer))
        yield* Effect.provide(imported, Layer.fresh(MemoryStore.layer))
        const withdrawn = [...sent, ...rest].filter(({ version }) => version === 2)
        expect(new Set(withdrawn.map(({ stream }) => stream)).size).toBe(ids.length)
      }))
  )
})
