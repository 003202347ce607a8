// Stored events that are read as several domain events or none, in loaded states, answers and caches.
import * as Fingerprint from "@refold/core/internal/journal/Fingerprint"
import * as AsOf from "@refold/core/journal/AsOf"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as Snapshots from "@refold/store/decide/Snapshots"
import * as State from "@refold/store/decide/State"
import * as Together from "@refold/store/decide/Together"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { run } from "../support/Account.ts"
import { append, order, placed, streamOf, viewed } from "../support/Orders.ts"

const seed = append("1", viewed(), placed("a", "b"), viewed(), placed("c"), viewed())
const loadAt = (version: number) => State.load(order, "1", { asOf: AsOf.version(version) })

describe("a state of events of former types", () => {
  it("has the versions of the stored events, now and as of each version", () =>
    run(Effect.gen(function*() {
      yield* seed
      const past = yield* Effect.forEach([0, 1, 2, 3, 4, 5], loadAt)
      expect(past.map(({ version }) => version)).toEqual([0, 1, 2, 3, 4, 5])
      expect(past.map(({ state }) => state.skus.join(""))).toEqual(["", "", "ab", "ab", "abc", "abc"])
      expect(yield* State.load(order, "1")).toEqual(past[5])
    })))

  it("is the same from a snapshot between any two events", () =>
    run(Effect.gen(function*() {
      yield* seed
      for (const version of [1, 2, 3, 4, 5]) {
        yield* Snapshots.save(order, yield* loadAt(version))
        expect((yield* State.load(order, "1")).state).toEqual({ by: "Ada", skus: ["a", "b", "c"] })
      }
    })))

  it("is continued by handlers, whose answers are those of the stored events", () =>
    run(Effect.gen(function*() {
      yield* seed
      const handle = CommandHandler.make(order)
      const first = yield* handle("1", "d", { idempotencyKey: "k" })
      expect(first).toMatchObject({ version: 6, events: [{ _tag: "Added", sku: "d" }], state: { by: "Ada" } })
      // A later event of an older release.
      yield* append("1", placed("e"), viewed())
      expect(yield* handle("1", "f")).toMatchObject({ version: 9, state: { skus: ["a", "b", "c", "d", "e", "f"] } })
      expect(yield* handle("1", "d", { idempotencyKey: "k" })).toEqual({ ...first, deduplicated: true })
      yield* Together.handle([Together.part(order, "1", "g"), Together.part(order, "2", "h")])
      expect(yield* State.load(order, "1")).toMatchObject({
        version: 10,
        state: { skus: ["a", "b", "c", "d", "e", "f", "g"] }
      })
    })))

  it("answers a repeated command of an older release with the domain events of its stored event", () =>
    run(Effect.gen(function*() {
      const idempotency = { key: "k", fingerprint: Fingerprint.ofCommand("order", "1", "a") }
      yield* (yield* EventStore).append(streamOf("1"), [viewed(), placed("a", "b")], { idempotency })
      yield* append("1", placed("c"))
      expect(yield* CommandHandler.make(order)("1", "a", { idempotencyKey: "k" })).toMatchObject({
        version: 2,
        deduplicated: true,
        events: [{ _tag: "Opened", by: "Ada" }, { _tag: "Added", sku: "a" }, { _tag: "Added", sku: "b" }],
        state: { skus: ["a", "b"] }
      })
    })))
})
