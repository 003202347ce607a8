// Invalid handlers and definitions, on every store: each is a typed error or a parked stream, and nothing is stored in part.
import { Position } from "@refold/core/event/Position"
import * as Consumer from "@refold/store/consume/Consumer"
import * as Parked from "@refold/store/project/Parked"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"
import * as Subscriptions from "../support/Subscriptions.ts"
import { tally } from "../support/Tally.ts"

const { append, make } = Subscriptions

const thrown = (): Effect.Effect<unknown, unknown> => {
  throw new Error("thrown")
}

const late = "it took longer than 200ms"

describe.each(["memory", "embedded", "postgres"] as const)("in %s", (store) => {
  const on = Subscriptions.on(store)

  test.each<[string, () => Effect.Effect<unknown, unknown>, string]>([
    ["throws", thrown, "thrown"],
    ["dies", () => Effect.die(new Error("dead")), "dead"],
    ["fails with an object", () => Effect.fail({ code: 7 }), "\"code\":7"],
    ["interrupts itself", () => Effect.interrupt, "it interrupted itself"],
    ["never ends", () => Effect.never, late],
    ["cannot be interrupted", () => Effect.uninterruptible(Effect.sleep("3 seconds")), late],
    ["answers after its time limit", () => Effect.sleep("1 second"), late]
  ])(
    "a handler that %s parks its stream with the reason, and the other streams continue",
    (_, handle, reason) =>
      on(Effect.gen(function*() {
        yield* append("tally-a", [1, 2])
        yield* append("tally-b", [3])
        const { acknowledged, consumer } = make({ receive: ({ n }) => n === 1 ? handle() : Effect.void })
        const limited = Consumer.makeUnsafe({ ...consumer, timeout: "200 millis" })
        yield* Consumer.catchUp(limited, { attempts: 2, backoff: "1 millis" })
        expect(acknowledged).toEqual([3])
        const [parked, ...others] = yield* Parked.list(limited)
        expect([parked, others]).toMatchObject([{ stream: "tally-a", version: 1, stage: "Handle", attempts: 2 }, []])
        expect(parked!.reason).toContain(reason)
      }))()
  )

  test(
    "a second definition of a name is refused, in either order",
    on(Effect.gen(function*() {
      yield* append("tally-a", [1])
      const { consumer } = make({ name: "tally" })
      yield* Projector.catchUp(tally())
      expect(yield* Effect.flip(Consumer.catchUp(consumer))).toMatchObject({ _tag: "DefinitionMismatch" })
      const other = make({ name: "other" })
      yield* other.drain()
      expect(yield* Effect.flip(Projector.catchUp(tally({ name: "other" })))).toMatchObject({
        _tag: "DefinitionMismatch"
      })
      const fewer = make({ name: "other", selected: "Ticked" })
      expect(yield* Effect.flip(fewer.drain())).toMatchObject({ _tag: "DefinitionMismatch" })
      expect(fewer.received).toEqual([])
    }))
  )

  test(
    "an unknown name has no status and nothing to delete, and listing its parked streams is a typed error",
    on(Effect.gen(function*() {
      yield* append("tally-a", [1])
      const { consumer } = make({ name: "never-run" })
      expect((yield* ProjectionStatus.of(consumer)).live).toEqual(Option.none())
      const unknown = yield* Effect.flip(Parked.list(consumer))
      expect(unknown).toMatchObject({ _tag: "UnknownProjection", projection: "never-run" })
      expect(unknown.message).toContain("has never been run on this store")
      yield* Projector.forget(consumer)
      const retry = Parked.retry(Consumer.target(consumer), Stores.streamName("tally-a"))
      expect(yield* Effect.flip(retry)).toMatchObject({ _tag: "NotParked", projection: "never-run" })
    }))
  )

  test(
    "a start after the end of the log is refused, and nothing is stored",
    on(Effect.gen(function*() {
      yield* append("tally-a", [1])
      const one = make({ startAt: { after: Position(1000) } })
      expect(yield* Effect.flip(one.drain())).toMatchObject({ _tag: "InvalidInput", field: "startAt" })
      expect(yield* Effect.flatMap(ReadModelStore, (models) => models.generations())).toEqual([])
    }))
  )
})
