import { Effect } from "effect"
import type { RecordedEvent } from "refold"
import { describe, expect, it } from "vitest"
import { notifications } from "../../src/observer/Notifications.ts"
import * as Observers from "../../src/observer/Observers.ts"
import { welcome } from "../../src/observer/Welcome.ts"
import * as Shop from "../support/Shop.ts"

type Event = RecordedEvent.RecordedEvent

/** An observer that keeps the events that it is called with. */
const recorder = () => {
  const seen: Array<string> = []
  return { seen, observe: ({ stream, type }: Event) => Effect.sync(() => void seen.push(`${stream} ${type}`)) }
}

describe("an observer that appends while it is called", () => {
  it("does not deadlock, skips no event, and gets its own events after those that were stored before", () =>
    Shop.run(Effect.scoped(Effect.gen(function*() {
      const own = recorder()
      const settle = yield* Observers.start([(event) => Effect.andThen(own.observe(event), welcome(event))])
      yield* Shop.register("ada")
      yield* Shop.register("bob")
      yield* settle
      const log = yield* Shop.log
      expect(own.seen).toEqual(log)
      expect(log.toSorted()).toEqual([
        "user-ada UserRegistered",
        "user-ada UserWelcomed",
        "user-bob UserRegistered",
        "user-bob UserWelcomed"
      ])
    }))))

  it("changes the order for no other observer", () =>
    Shop.run(Effect.scoped(Effect.gen(function*() {
      const before = recorder()
      const after = recorder()
      const settle = yield* Observers.start([before.observe, welcome, after.observe])
      for (const user of ["ada", "bob", "chiyo"]) yield* Shop.register(user)
      yield* settle
      const log = yield* Shop.log
      expect(log).toHaveLength(6)
      expect(before.seen).toEqual(log)
      expect(after.seen).toEqual(log)
    }))))

  it("has its effect once when it is called with an event twice", () =>
    Shop.run(Effect.scoped(Effect.gen(function*() {
      const settle = yield* Observers.start([welcome, welcome])
      yield* Shop.register("ada")
      yield* settle
      expect(yield* Shop.log).toEqual(["user-ada UserRegistered", "user-ada UserWelcomed"])
    }))))
})

describe("an event that is being delivered", () => {
  it("reaches the running observers, not one that starts during the delivery", () =>
    Shop.run(Effect.scoped(Effect.gen(function*() {
      const late = recorder()
      const first = recorder()
      const second = recorder()
      let settleLate: Effect.Effect<void, unknown> | undefined
      const recruit = Effect.fnUntraced(function*(event: Event) {
        yield* first.observe(event)
        if (settleLate === undefined) settleLate = yield* Observers.start([late.observe])
      })
      const settle = yield* Observers.start([recruit, second.observe])
      yield* Shop.register("ada")
      yield* settle
      yield* Shop.register("bob")
      yield* settle
      yield* settleLate ?? Effect.void
      expect(first.seen).toEqual(["user-ada UserRegistered", "user-bob UserRegistered"])
      expect(second.seen).toEqual(first.seen)
      expect(late.seen).toEqual(["user-bob UserRegistered"])
    }))))

  it("reaches the other observers when one of them fails", () =>
    Shop.run(Effect.scoped(Effect.gen(function*() {
      const other = recorder()
      const settle = yield* Observers.start([() => Effect.fail("no connection"), other.observe])
      yield* Shop.register("ada")
      yield* Shop.register("bob")
      yield* settle
      expect(other.seen).toEqual(yield* Shop.log)
      expect(other.seen).toHaveLength(2)
    }))))

  it("reaches the other observers when one of them ends", () =>
    Shop.run(Effect.scoped(Effect.gen(function*() {
      const other = recorder()
      const ended = recorder()
      const settle = yield* Observers.start([other.observe])
      yield* Effect.scoped(Effect.gen(function*() {
        const settleEnded = yield* Observers.start([ended.observe])
        yield* Shop.register("ada")
        yield* settleEnded
      }))
      yield* Shop.register("bob")
      yield* settle
      expect(ended.seen).toEqual(["user-ada UserRegistered"])
      expect(other.seen).toEqual(yield* Shop.log)
    }))))
})

describe("notifications", () => {
  it("are sent for orders that are paid, shipped or cancelled, and for no other events", () =>
    Shop.run(Effect.scoped(Effect.gen(function*() {
      const sent: Array<string> = []
      const settle = yield* Observers.start([notifications((message) => Effect.sync(() => void sent.push(message)))])
      yield* Shop.register("ada")
      yield* Shop.order("7")
      yield* settle
      expect(sent).toEqual(["order 7 is cancelled: sold out"])
    }))))
})
