import { DateTime, Effect, Stream } from "effect"
import { AsOf } from "refold"
import { describe, expect, it } from "vitest"
import { all, byName } from "../../src/Projections.ts"
import { eventsBetween } from "../../src/query/EventsBetween.ts"
import { lastTuesdayAt } from "../../src/query/LastTuesday.ts"
import * as Seeded from "../../src/Seeded.ts"
import * as Shop from "../support/Shop.ts"

const monday = "2026-11-23T10:00:00.000Z"
const tuesday = "2026-11-24T10:00:00.000Z"
const utc = (time: string) => DateTime.makeUnsafe(time)

describe("a time range", () => {
  const idsBetween = (from: string, to: string) =>
    Effect.map(Stream.runCollect(eventsBetween(utc(from), utc(to))), (events) => events.map(({ id }) => id))

  const ask = (from: string, to: string) =>
    Shop.run(Effect.gen(function*() {
      yield* Shop.pay(1, 100, monday)
      yield* Shop.pay(2, 100, tuesday)
      return yield* idsBetween(from, to)
    }))

  it("includes its start and excludes its end", async () => {
    expect(await ask(monday, tuesday)).toEqual([Seeded.eventId(1)])
    expect(await ask(monday, "2026-11-24T10:00:00.001Z")).toEqual([Seeded.eventId(1), Seeded.eventId(2)])
  })

  it("whose start is after its end is empty, not an error", async () => {
    expect(await ask(tuesday, monday)).toEqual([])
  })

  it("whose start is its end is empty", async () => {
    expect(await ask(monday, monday)).toEqual([])
  })
})

describe("last Tuesday at 15:00", () => {
  it.each([
    ["2026-11-28T12:00:00Z", "2026-11-24"],
    ["2026-11-25T00:00:00Z", "2026-11-24"],
    ["2026-11-24T23:59:59Z", "2026-11-17"],
    ["2026-11-23T12:00:00Z", "2026-11-17"],
    ["2027-01-01T12:00:00Z", "2026-12-29"]
  ])("seen from %s is on %s", (now, day) => {
    expect(DateTime.formatIso(lastTuesdayAt(15, utc(now)))).toBe(`${day}T15:00:00.000Z`)
  })
})

describe("the rows of a projection in the past", () => {
  const received = (amount: string) => ({ EUR: { payments: 1, received: amount, refunded: "0", revenue: amount } })

  it("are the fold of the events recorded by then, or of those that had occurred by then", () =>
    Shop.run(Effect.gen(function*() {
      const clock = yield* Seeded.make("2026-11-24T16:05:00Z")
      // It occurred at 14:50 and is recorded at 16:05.
      yield* Effect.provide(Shop.pay(1), clock.layer)
      const asOf = (point: AsOf.AsOfLog) => byName(all, ({ rowsAsOf }) => rowsAsOf(point))
      const three = utc("2026-11-24T15:00:00Z")
      expect(yield* asOf(AsOf.recordedAt(three))).toEqual({ order_totals: {}, user_activity: {}, revenue: {} })
      expect(yield* asOf(AsOf.occurredAt(three))).toMatchObject({
        user_activity: { ada: { payments: 1 } },
        revenue: received("100")
      })
      expect((yield* asOf(AsOf.recordedAt(utc("2026-11-24T16:05:00Z"))))["revenue"]).toEqual(received("100"))
    })))

  it("stay the same when more events are stored", () =>
    Shop.run(Effect.gen(function*() {
      const clock = yield* Seeded.make(monday)
      yield* Effect.gen(function*() {
        yield* Shop.pay(1)
        const rows = byName(all, ({ rowsAsOf }) => rowsAsOf(AsOf.recordedAt(utc(monday))))
        const before = yield* rows
        yield* clock.set(tuesday)
        yield* Shop.pay(2)
        expect(yield* rows).toEqual(before)
      }).pipe(Effect.provide(clock.layer))
    })))
})
