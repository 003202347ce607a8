import { Effect, Stream } from "effect"
import { describe, expect, it } from "vitest"
import { replayFrom } from "../../src/query/ReplayFrom.ts"
import { eventId } from "../../src/Seeded.ts"
import * as Shop from "../support/Shop.ts"

const idsFrom = (id: string) => Effect.map(Stream.runCollect(replayFrom(id)), (events) => events.map(({ id }) => id))

describe("replayFrom", () => {
  it("gives the event with this id and all later ones, in order, and ends", () =>
    Shop.run(Effect.gen(function*() {
      // The order of ids is not the order of events.
      for (const n of [4, 2, 3, 1]) yield* Shop.pay(n)
      expect(yield* idsFrom(eventId(4))).toEqual([4, 2, 3, 1].map(eventId))
      expect(yield* idsFrom(eventId(3))).toEqual([3, 1].map(eventId))
      expect(yield* idsFrom(eventId(1))).toEqual([eventId(1)])
    })))

  it("leaves out events that are stored after it began", () =>
    Shop.run(Effect.gen(function*() {
      yield* Shop.pay(1)
      yield* Shop.pay(2)
      const replayed = yield* Stream.runCollect(
        Stream.tap(replayFrom(eventId(1)), ({ id }) => id === eventId(1) ? Shop.pay(3) : Effect.void)
      )
      expect(replayed.map(({ id }) => id)).toEqual([eventId(1), eventId(2)])
    })))

  it("of an unknown id fails with EventNotFound, which names the id", () =>
    Shop.run(Effect.gen(function*() {
      yield* Shop.pay(1)
      const error = yield* Effect.flip(idsFrom(eventId(2)))
      expect(error).toMatchObject({ _tag: "EventNotFound", id: eventId(2) })
    })))

  it("of a text that is not a UUID fails with InvalidInput", () =>
    Shop.run(Effect.gen(function*() {
      const error = yield* Effect.flip(idsFrom("the first"))
      expect(error).toMatchObject({ _tag: "InvalidInput", field: "eventId" })
    })))
})
