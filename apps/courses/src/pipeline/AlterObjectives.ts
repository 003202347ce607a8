/** "Alter it": replay from an event, revenue by currency, a schema version with migration, a new event type. */
import { DateTime, Effect, Option, Stream } from "effect"
import { isDeepStrictEqual } from "node:util"
import { EventCodec, EventIds, EventReader, EventStore, StreamName } from "refold"
import * as Order from "../../../orders/src/Order.ts"
import * as Payment from "../../../orders/src/Payment.ts"
import * as Projections from "../../../orders/src/Projections.ts"
import { replayFrom } from "../../../orders/src/query/ReplayFrom.ts"
import { publish } from "../../../orders/src/ReadSide.ts"
import { reportId } from "../../../orders/src/story/Week.ts"
import { claim, type Objective } from "../Course.ts"
import * as Expected from "../Expected.ts"
import * as Ratings from "./Ratings.ts"

/** Objective: an event by its id, and all later ones again. */
export const replay: Objective = {
  name: "Alter: replay_from(event_id)",
  run: Effect.gen(function*() {
    const events = yield* Stream.runCollect(replayFrom(reportId(3)))
    const unknown = yield* Expected.failureOf(Stream.runDrain(replayFrom(reportId(99))))
    const positions = events.map(({ position }) => position)
    const reader = yield* EventReader.EventReader
    return [
      claim(
        `${events.length} events from ${events[0]?.type} to the head, in order`,
        events[0]?.id === reportId(3) && positions.at(-1) === (yield* reader.head) &&
          isDeepStrictEqual(positions, positions.toSorted((a, b) => a - b))
      ),
      claim(`an unknown id: ${unknown._tag}`, unknown._tag === "EventNotFound")
    ]
  })
}

/** Objective: revenue by currency, compared with the sum of the payments in the log. */
export const revenue: Objective = {
  name: "Alter: a RevenueProjection by currency",
  run: Effect.gen(function*() {
    const rows = (yield* allRows(Projections.all))["revenue"] ?? {}
    const reader = yield* EventReader.EventReader
    const stored = yield* Stream.runCollect(reader.readAll({ categories: [Payment.category] }))
    const sums: Record<string, bigint> = {}
    for (const { _tag, amount, currency } of yield* Effect.fromResult(EventCodec.decodeAll(Payment.codec, stored))) {
      sums[currency] = (sums[currency] ?? 0n) + BigInt(_tag === "PaymentReceived" ? amount : -amount)
    }
    const folded = Object.fromEntries(
      Object.entries(rows).map(([currency, row]) => [currency, String(Object(row).revenue)])
    )
    const expected = Object.fromEntries(Object.entries(sums).map(([currency, sum]) => [currency, `${sum}`]))
    return [claim(`revenue in minor units: ${JSON.stringify(folded)}`, isDeepStrictEqual(folded, expected))]
  })
}

const allRows = (projections: typeof Projections.all): ReturnType<typeof Projections.rowsOf> =>
  Effect.scoped(Effect.andThen(Projections.start(projections), Projections.rowsOf(projections)))

/** Objective: an event of the first release is read in today's schema, and stays as it was stored. */
export const migration: Objective = {
  name: "Alter: a schema version with migration",
  run: Effect.gen(function*() {
    const reader = yield* EventReader.EventReader
    const stored = Option.getOrThrow(yield* Stream.runHead(reader.readAll({ types: ["OrderPlaced"], limit: 1 })))
    const [read] = yield* Effect.fromResult(Order.codec.decode(stored))
    return [
      claim(
        `version ${stored.schemaVersion} is stored: ${JSON.stringify(stored.data)}`,
        stored.schemaVersion === 1 && isDeepStrictEqual(stored.data, { user: "ada", total: 4900 })
      ),
      claim(
        `version 2 is read: ${JSON.stringify(read)}`,
        read?._tag === "OrderPlaced" && read.currency === "EUR" && read.lines[0].unitPrice === 4900
      )
    ]
  })
}

const review = Effect.fnUntraced(function*(order: string, stars: number) {
  const stream = yield* Effect.fromResult(StreamName.make("review", order))
  const encoded = yield* Effect.fromResult(Ratings.codec.encode(Ratings.OrderReviewed.make({ order, stars })))
  const event = { ...encoded, id: yield* yield* EventIds.EventIds, metadata: {}, occurredAt: yield* DateTime.now }
  yield* (yield* EventStore.EventStore).append(stream, [event])
})

/** Objective: a new event type and projection without a change of existing code. */
export const newType: Objective = {
  name: "Mastery: a new event type and projection, no existing file changed",
  run: Effect.gen(function*() {
    const before = yield* allRows(Projections.all)
    yield* review("1001", 5)
    yield* review("1001", 4)
    const { ratings, ...others } = yield* allRows([...Projections.all, publish(Ratings.ratings)])
    return [
      claim(`ratings: ${JSON.stringify(ratings)}`, isDeepStrictEqual(ratings, { 1001: { reviews: 2, stars: 9 } })),
      claim("the other projections skip the new type", isDeepStrictEqual(others, before))
    ]
  })
}
