/*
 * A program that does nothing but run a consumer of ticks. It ends with the process that started it, and at SIGTERM when the event in
 * hand is handled.
 */
import * as Consumer from "@refold/store/consume/Consumer"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as Couriers from "./Couriers.ts"

// The process that started it wrote it.
const { file, hangsAt, ownerIdleTimeout = "1 hour", url, workers } = JSON.parse(process.argv[2]!) as Couriers.Started

process.stdin.on("end", () => process.exit()).resume()

const layer = PostgresStore.layer({ migrate: false, ownerIdleTimeout, url: Redacted.make(url) })
const running = Effect.runFork(
  Effect.provide(Consumer.run(Couriers.consumer(file, hangsAt), { batchSize: 20, workers }), layer)
)
process.on("SIGTERM", () => void Effect.runPromise(Fiber.interrupt(running)).then(() => process.exit()))
