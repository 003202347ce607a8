// Stored events that are read as several domain events or none, in the rows of projections.
import * as AsOf from "@refold/core/journal/AsOf"
import * as Projection from "@refold/core/project/Projection"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as EventReader from "@refold/store/log/EventReader"
import * as Parked from "@refold/store/project/Parked"
import * as PastRows from "@refold/store/project/PastRows"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { run } from "../support/Account.ts"
import { append, codec, type Event, order, placed, State, streamOf, viewed } from "../support/Orders.ts"

const Count = Schema.Struct({ events: Schema.Int, at: Schema.String })

// One row for each article, and one for each customer.
const definition = {
  name: "articles",
  version: 1,
  events: codec,
  keys: (event: Event) => [event._tag === "Added" ? event.sku : `by ${event.by}`],
  state: Count,
  initialState: { events: 0, at: "" },
  evolve: ({ at, events }: typeof Count.Type, event: Event, { stream, version }: Projection.Envelope) => {
    if (event._tag === "Added" && event.sku === "bad") throw new Error("no such article")
    return { events: events + 1, at: `${at} ${stream}@${version}` }
  }
}
const articles = Projection.makeUnsafe(definition)
const repaired = Projection.makeUnsafe({
  ...definition,
  evolve: ({ at, events }, _, { stream, version }) => ({ events: events + 1, at: `${at} ${stream}@${version}` })
})

const rowsOf = Effect.map(
  ReadModel.query(articles),
  ({ rows }) => Object.fromEntries(rows.map(({ key, state }) => [key, state.at.trim()]))
)

describe("a projection of events of former types", () => {
  it("folds all domain events of a stored event, each into its rows, and none of a retired type", () =>
    run(Effect.gen(function*() {
      yield* append("1", viewed(), placed("x", "y", "x"), viewed())
      yield* append("2", placed("y"))
      for (const batchSize of [1, 3]) yield* Projector.catchUp(articles, { batchSize })
      expect(yield* rowsOf).toEqual({
        "by Ada": "order-1@2 order-2@1",
        x: "order-1@2 order-1@2",
        y: "order-1@2 order-2@1"
      })
      expect(yield* Parked.list(articles)).toEqual([])
    })))

  it("changes no row if one of them cannot be folded: the stored event is parked, retried or discarded", () =>
    run(Effect.gen(function*() {
      yield* append("1", placed("x", "bad", "y"), placed("x"))
      yield* append("2", placed("y"))
      yield* Projector.catchUp(articles, { attempts: 1 })
      expect(yield* rowsOf).toEqual({ "by Ada": "order-2@1", y: "order-2@1" })
      expect(yield* Parked.list(articles)).toMatchObject([{ stream: "order-1", version: 1, type: "Placed" }])
      yield* Parked.discard(articles, streamOf("1"), "a test article")
      expect(yield* rowsOf).toEqual({ "by Ada": "order-2@1 order-1@2", x: "order-1@2", y: "order-2@1" })
    })))

  it("folds all of them after a fix", () =>
    run(Effect.gen(function*() {
      yield* append("1", placed("x", "bad"))
      yield* Projector.catchUp(articles, { attempts: 1 })
      expect(yield* rowsOf).toEqual({})
      yield* Parked.retry(repaired, streamOf("1"))
      expect(yield* rowsOf).toEqual({ "by Ada": "order-1@1", x: "order-1@1", bad: "order-1@1" })
    })))

  it("has past rows as of stored events", () =>
    run(Effect.scoped(Effect.gen(function*() {
      yield* append("1", placed("x", "y"), viewed(), placed("x"))
      const past = yield* PastRows.asOf(articles, AsOf.position(2))
      const { rows } = yield* past.query()
      expect(rows.map(({ key, state, version }) => [key, state.events, version])).toEqual([
        ["by Ada", 1, 1],
        ["x", 1, 1],
        ["y", 1, 1]
      ])
    }))))
})

const inline = Projection.ofAggregateUnsafe(order, { name: "orders", version: 1, state: State })

describe("a row that is keyed by stream", () => {
  it("has the version of its stream, also if the last event is read as none, so that the event is not read again", () =>
    run(Effect.gen(function*() {
      yield* append("1", placed("a", "b"), viewed())
      yield* append("2", viewed())
      yield* Projector.catchUp(inline)
      const read = yield* ReadModel.get(inline, streamOf("1"))
      expect(read).toEqual(Option.some({
        key: "order-1",
        version: 2,
        position: 2,
        state: { by: "Ada", skus: ["a", "b"] }
      }))
      // A stream of which all events are read as none has no row.
      expect(yield* ReadModel.get(inline, streamOf("2"))).toEqual(Option.none())
    })))

  it("is the state of the aggregate, also after events of an older release", () =>
    run(Effect.gen(function*() {
      yield* Projector.catchUp(inline)
      const handle = CommandHandler.make(order, { inline: [inline] })
      yield* append("1", placed("a"), viewed())
      expect(Option.getOrThrow(yield* ReadModel.get(inline, streamOf("1"))).version).toBe(2)
      const { state } = yield* handle("1", "b")
      yield* append("1", placed("c"), viewed())
      const row = Option.getOrThrow(yield* ReadModel.get(inline, streamOf("1")))
      expect(row).toMatchObject({ version: 5, state: { skus: ["a", "b", "c"] } })
      expect(state.skus).toEqual(["a", "b"])
      yield* Projector.catchUp(inline)
      expect(yield* ReadModel.get(inline, streamOf("1"))).toEqual(Option.some(row))
    })))

  it("is read as of the versions of stored events", () =>
    run(Effect.gen(function*() {
      yield* append("1", placed("a", "b"), viewed(), placed("c"))
      yield* Projector.catchUp(inline)
      expect(yield* (yield* EventReader.EventReader).streamVersions([streamOf("1")])).toEqual([3])
      const rows = yield* Effect.forEach([1, 2, 3], (version) =>
        PastRows.rowAsOf(inline, streamOf("1"), AsOf.version(version)))
      expect(rows.map(Option.getOrThrow).map(({ state, version }) => [version, state.skus.join("")]))
        .toEqual([[1, "ab"], [2, "ab"], [3, "abc"]])
    })))
})
