/*
 * A program that does nothing but run a consumer of ticks. It ends with the process that started it, and at SIGTERM when the event in
 * hand is handled.
 */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Consumer from "@refold/store/consume/Consumer"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { appendFileSync } from "node:fs"
import * as PostgresStore from "../../src/PostgresStore.ts"
import type * as Couriers from "./Couriers.ts"

// The process that started it wrote it.
const { file, hangsAt, ownerIdleTimeout = "1 hour", url } = JSON.parse(process.argv[2]!) as Couriers.Started

process.stdin.on("end", () => process.exit()).resume()

const consumer = Consumer.makeUnsafe({
  name: "courier",
  events: EventCodec.makeUnsafe([EventType.make("Ticked", Schema.Struct({ n: Schema.Int }))]),
  startAt: "start",
  timeout: "1 hour",
  handle: (_, { key, position, stream, version }) =>
    Effect.andThen(
      Effect.sync(() => appendFileSync(file, `${JSON.stringify({ key, position, stream, version })}\n`)),
      position === hangsAt ? Effect.never : Effect.sleep(1)
    )
})

const layer = PostgresStore.layer({ migrate: false, ownerIdleTimeout, url: Redacted.make(url) })
const running = Effect.runFork(Effect.provide(Consumer.run(consumer, { batchSize: 20 }), layer))
process.on("SIGTERM", () => void Effect.runPromise(Fiber.interrupt(running)).then(() => process.exit()))
