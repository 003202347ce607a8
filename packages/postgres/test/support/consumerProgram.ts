/*
 * A program that only runs a consumer of ticks. It ends with the process that started it, and on SIGTERM after the current event
 * is handled.
 */
import * as Consumer from "@refold/store/consume/Consumer"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as ConsumerPrograms from "./ConsumerPrograms.ts"

// The argument is written by `ConsumerPrograms.start`.
const { file, hangsAt, ownerIdleTimeout = "1 hour", url, workers } = JSON.parse(
  process.argv[2]!
) as ConsumerPrograms.Input

process.stdin.on("end", () => process.exit()).resume()

const layer = PostgresStore.layer({ migrate: false, ownerIdleTimeout, url: Redacted.make(url) })
const running = Effect.runFork(
  Effect.provide(Consumer.run(ConsumerPrograms.consumer(file, hangsAt), { batchSize: 20, workers }), layer)
)
process.on("SIGTERM", () => void Effect.runPromise(Fiber.interrupt(running)).then(() => process.exit()))
