// The statements of a handler with a state cache, and the cache in transactions of the caller.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import * as EventStore from "@refold/store/log/EventStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import * as Tracer from "effect/Tracer"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const Filled = EventType.make("Filled", Schema.Struct({ litres: Schema.Int }))
const Drained = EventType.make("Drained", Schema.Struct({ litres: Schema.Int }))

interface TooLittle {
  readonly _tag: "TooLittle"
  readonly litres: number
}

/** A tank; a command is the number of litres to fill in, or to drain if it is negative. */
const tank = Aggregate.makeUnsafe({
  category: "tank",
  events: EventCodec.makeUnsafe([Filled, Drained]),
  decider: Decider.make<number, { readonly litres: number }, typeof Filled.Event | typeof Drained.Event, TooLittle>({
    initialState: { litres: 0 },
    decide: (command, { litres }) => {
      if (command === 0) return Result.succeed([])
      if (command > 0) return Result.succeed([Filled.make({ litres: command })])
      return litres + command < 0
        ? Result.fail({ _tag: "TooLittle", litres })
        : Result.succeed([Drained.make({ litres: -command })])
    },
    evolve: ({ litres: before }, { _tag, litres }) => ({ litres: before + (_tag === "Filled" ? litres : -litres) })
  }),
  snapshots: { name: "tank", version: 1, state: Schema.Struct({ litres: Schema.Int }), every: 1000 }
})

const services = (
  { snapshots, store }: Pick<Stores.Opened, "snapshots" | "store">,
  change: Partial<EventStore.Adapter> = {}
) => {
  const { append: _append, ...adapter } = store
  return Context.add(EventStore.context({ ...adapter, ...change }), SnapshotStore, snapshots)
}

/** A handler, its store, and a fresh tank. */
const setUp = Effect.gen(function*() {
  const database = yield* Stores.Database
  const handler = CommandHandler.make(tank)
  const id = randomUUID()
  const context = services(database)
  const handle = (litres: number, options?: CommandHandler.HandleOptions) =>
    Effect.provideContext(handler(id, litres, options), context)
  return { ...database, handler, id, handle }
})

/** The statements that an effect sends, identified by the text after their FROM. */
const statementsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const spans: Array<Tracer.NativeSpan> = []
    const tracer = Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    })
    const texts = () => spans.flatMap(({ attributes }) => [attributes.get("db.query.text")].filter(isText))
    return Effect.map(Effect.withTracer(Effect.exit(effect), tracer), () =>
      texts().map((text) => /\bFROM "?refold"?\.(\w+)/.exec(text)?.[1] ?? text))
  })

const isText = (value: unknown): value is string => typeof value === "string"

describe("on a hot stream", () => {
  test(
    "a command that appends takes one statement",
    run(Effect.gen(function*() {
      const { handle } = yield* setUp
      expect(yield* statementsOf(handle(5))).toEqual(["event_snapshots", "event_store", "append_one_event"])
      expect(yield* statementsOf(handle(1))).toEqual(["append_one_event"])
      expect(yield* statementsOf(handle(-6))).toEqual(["append_one_event"])
    }))
  )

  test(
    "a refused command, and a command without events, read the tail once",
    run(Effect.gen(function*() {
      const { handle } = yield* setUp
      yield* handle(5)
      expect(yield* statementsOf(handle(-6))).toEqual(["event_store"])
      expect(yield* statementsOf(handle(0))).toEqual(["event_store"])
      expect(yield* statementsOf(handle(1))).toEqual(["append_one_event"])
    }))
  )

  test(
    "a command under a new key takes two statements, because the key is looked up first",
    run(Effect.gen(function*() {
      const { handle } = yield* setUp
      yield* handle(5)
      expect(yield* statementsOf(handle(1, { idempotencyKey: randomUUID() }))).toEqual([
        "stored_answer",
        "append_batch"
      ])
    }))
  )

  test(
    "a command after an append of another process takes three statements and no retry",
    run(Effect.gen(function*() {
      const { handle, id, url } = yield* setUp
      const there = services(yield* Stores.open(url, { migrate: false }))
      yield* handle(5)
      yield* Effect.provideContext(CommandHandler.make(tank)(id, 2), there)
      expect(yield* statementsOf(handle(-5))).toEqual(["append_one_event", "event_store", "append_one_event"])
    }))
  )
})

/** The statements and the answer of a command that would be refused if an earlier transaction had not been rolled back. */
const afterRollback = (change: Partial<EventStore.Adapter>) =>
  Effect.gen(function*() {
    const { handler, id, snapshots, sql, store } = yield* setUp
    const context = services({ snapshots, store }, change)
    const handle = (litres: number) => Effect.provideContext(handler(id, litres), context)
    yield* handle(5)
    const inside = Effect.gen(function*() {
      yield* handle(-5)
      yield* handle(0)
      return yield* Effect.fail(yield* Effect.flip(handle(-5)))
    })
    expect(yield* Effect.flip(sql.withTransaction(inside))).toEqual({ _tag: "TooLittle", litres: 0 })
    const statements = yield* statementsOf(handle(-5))
    return { statements, loaded: yield* Effect.provideContext(State.load(tank, id), context) }
  })

describe("a transaction of the caller", () => {
  test(
    "that rolls back leaves nothing in the cache",
    run(Effect.gen(function*() {
      expect(yield* afterRollback({})).toMatchObject({
        statements: ["append_one_event"],
        loaded: { state: { litres: 0 }, version: 2 }
      })
    }))
  )

  test(
    "that rolls back without notice to the cache leaves states that are not used, because their last events are not stored",
    run(Effect.gen(function*() {
      expect(yield* afterRollback({ inTransaction: Effect.succeed(false) })).toMatchObject({
        statements: ["event_store", "event_snapshots", "event_store", "append_one_event"],
        loaded: { state: { litres: 0 }, version: 2 }
      })
    }))
  )

  test(
    "that commits is found by the next command, which reads the tail before it refuses",
    run(Effect.gen(function*() {
      const { handle, sql } = yield* setUp
      yield* handle(1)
      yield* sql.withTransaction(handle(10))
      expect(yield* handle(-11)).toMatchObject({ state: { litres: 0 }, version: 3 })
    }))
  )

  test(
    "reads its own appends, which no other session reads",
    run(Effect.gen(function*() {
      const { handle, sql, id, url } = yield* setUp
      const there = services(yield* Stores.open(url, { migrate: false }))
      const refused = Effect.flip(Effect.provideContext(CommandHandler.make(tank)(id, -2), there))
      yield* handle(1)
      yield* sql.withTransaction(Effect.gen(function*() {
        yield* handle(10)
        expect(yield* refused).toEqual({ _tag: "TooLittle", litres: 1 })
        expect(yield* handle(-11)).toMatchObject({ state: { litres: 0 } })
      }))
    }))
  )

  test(
    "under REPEATABLE READ decides on its own snapshot, not on later appends of others",
    run(Effect.gen(function*() {
      const { handle, id, sql, store } = yield* setUp
      yield* handle(1)
      const inside = Effect.gen(function*() {
        yield* Stores.readStream(store, Stores.streamName(`tank-${id}`))
        // Outside of the transaction, by the same handler, which then caches that state.
        const done = yield* Effect.updateContext(
          handle(10),
          (context: Context.Context<never>) => Context.omit(sql.transactionService)(context)
        )
        expect(done).toMatchObject({ state: { litres: 11 } })
        expect(yield* handle(0)).toMatchObject({ state: { litres: 1 }, version: 1 })
        return yield* Effect.flip(handle(-2))
      })
      const refused = Effect.provideService(
        sql.withTransaction(inside),
        SqlClient.BeginTransaction,
        "BEGIN ISOLATION LEVEL REPEATABLE READ"
      )
      expect(yield* refused).toEqual({ _tag: "TooLittle", litres: 1 })
      expect(yield* handle(-11)).toMatchObject({ state: { litres: 0 } })
    }))
  )
})
