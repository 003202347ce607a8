import { EventCodecSuite } from "@refold/laws"
import { DateTime, Effect, Stream } from "effect"
import { EventReader, MemoryStore } from "refold"
import { describe, expect, it } from "vitest"
import * as Payment from "../src/Payment.ts"
import * as Arbitraries from "./support/Arbitraries.ts"

const report = (id: string, payment: string): Payment.Report => ({
  id,
  payment,
  event: Payment.PaymentReceived.make({ order: "1", user: "ada", amount: 100, currency: "EUR" }),
  occurredAt: DateTime.makeUnsafe("2026-11-24T14:50:00Z")
})
const id = "0199aaaa-0000-7000-8000-00000000000a"

const stored = Effect.gen(function*() {
  return yield* Stream.runCount((yield* EventReader.EventReader).readAll())
})

const run = <A, E>(effect: Effect.Effect<A, E, MemoryStore.Services>) =>
  Effect.runPromise(Effect.provide(effect, MemoryStore.layer))

describe("a payment report", () => {
  it("with an event id that is stored is rejected, whatever its stream, and nothing is stored", () =>
    run(Effect.gen(function*() {
      yield* Payment.store(report(id, "p1"))
      for (const again of [report(id, "p1"), report(id.toUpperCase(), "p2")]) {
        const error = yield* Effect.flip(Payment.store(again))
        expect(error).toMatchObject({ _tag: "DuplicateEventId", id })
      }
      expect(yield* stored).toBe(1)
    })))

  it("with another event id is another event", () =>
    run(Effect.gen(function*() {
      yield* Payment.store(report(id, "p1"))
      yield* Payment.store(report(id.replace("a0", "a1").replace("aaaa", "aaab"), "p1"))
      expect(yield* stored).toBe(2)
    })))

  it("whose id is not a UUID is invalid input", () =>
    run(Effect.gen(function*() {
      const error = yield* Effect.flip(Payment.store(report("p1", "p1")))
      expect(error).toMatchObject({ _tag: "InvalidInput", field: "id", rule: "must be a UUID" })
    })))
})

EventCodecSuite.suite("the codec of payments", Payment.codec, {
  events: Arbitraries.paymentEvent,
  older: Arbitraries.olderPaymentEvent
})
