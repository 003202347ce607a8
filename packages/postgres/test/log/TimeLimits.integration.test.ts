// The time limits of a store: the retry budgets of reads and appends, and the timeout of a statement.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Snapshots from "@refold/store/decide/Snapshots"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import { EventReader } from "@refold/store/log/EventReader"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { MinimumLogLevel } from "effect/References"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import type * as PostgresStore from "../../src/PostgresStore.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Proxy from "../support/Proxy.ts"
import * as Stores from "../support/Stores.ts"
import { tracing } from "../support/Tracing.ts"

const run = Stores.runner()

/** A store behind a proxy, and the same without. The proxy finds the append of `event` by `text`. */
const setUp = Effect.fnUntraced(function*(options: Partial<PostgresStore.ServerOptions>) {
  const direct = yield* Stores.Database
  const proxy = yield* Proxy.start(direct.url)
  // As behind a pooler, so that the SQL of each statement is in its request.
  const opened = yield* Stores.open(proxy.url, { migrate: false, pooler: true, ...options })
  const text = randomUUID()
  return {
    direct,
    proxy,
    opened,
    store: opened.store,
    text,
    stream: Stores.freshStream(),
    event: Stores.event({ data: { text } })
  }
})

const Happened = EventType.make("Happened", Schema.Struct({}))

const thing = Aggregate.makeUnsafe({
  category: "thing",
  events: EventCodec.makeUnsafe([Happened]),
  decider: Decider.make<never, number, typeof Happened.Event, never>({
    initialState: 0,
    decide: () => Result.succeed([]),
    evolve: (n) => n + 1
  }),
  snapshots: { name: "count", version: 1, state: Schema.Int, every: 1 }
})

const services = ({ reader, snapshots }: Stores.Opened) =>
  Context.make(EventReader, reader).pipe(Context.add(SnapshotStore, snapshots))

describe("with no time for retries", () => {
  test(
    "a read fails at its first lost connection",
    run(Effect.gen(function*() {
      const { proxy, store, stream } = yield* setUp({ retryReadsFor: 0 })
      void proxy.loseRequest(stream)
      expect(yield* Effect.flip(Stores.readStream(store, stream))).toMatchObject({ _tag: "EventStoreError" })
      expect(yield* Stores.readStream(store, stream)).toEqual([])
    }))
  )

  test(
    "an append that is lost before it arrives is looked up and not sent again",
    run(Effect.gen(function*() {
      const { direct, event, proxy, store, stream, text } = yield* setUp({ retryAppendsFor: 0 })
      const lost = proxy.loseRequest(text)
      expect(yield* Effect.flip(store.append(stream, [event]))).toMatchObject({ _tag: "OutcomeUnknown" })
      yield* Effect.promise(() => lost)
      expect(yield* Stores.readStream(direct.store, stream)).toEqual([])
    }))
  )

  test(
    "an append whose answer is lost succeeds",
    run(Effect.gen(function*() {
      const { event, proxy, store, stream, text } = yield* setUp({ retryAppendsFor: 0 })
      const lost = proxy.loseAnswer(text)
      expect(yield* store.append(stream, [event])).toMatchObject({ deduplicated: false })
      yield* Effect.promise(() => lost)
    }))
  )
})

describe("while the server is down", () => {
  test(
    "a load with snapshots has one retry budget: after the snapshot has used it, the read of the events is tried once",
    run(Effect.gen(function*() {
      const { opened, proxy } = yield* setUp({ retryReadsFor: "300 millis" })
      const id = randomUUID()
      yield* opened.store.append(Stores.streamName(`thing-${id}`), [Stores.event()])
      const load = Effect.provideContext(State.load(thing, id), services(opened))
      yield* Effect.provideContext(Effect.flatMap(load, (loaded) => Snapshots.save(thing, loaded)), services(opened))
      yield* Effect.promise(proxy.shut)
      const { capture, spans } = tracing()
      const error = yield* Effect.flip(capture(Effect.provideService(load, MinimumLogLevel, "Error")))
      expect(error).toMatchObject({ _tag: "EventStoreError", operation: "read" })
      const attempts = spans.map(({ attributes }) => String(attributes.get("db.query.text")))
      const ofSnapshot = attempts.filter((text) => text.includes("event_snapshots")).length
      expect(ofSnapshot).toBeGreaterThan(1)
      expect(attempts.length - ofSnapshot).toBe(1)
    }))
  )
})

describe("a server with too many clients", () => {
  const names = ["reads", "appends"] as const

  test.each(names)("makes %s wait", (name) =>
    run(Effect.gen(function*() {
      const direct = yield* Stores.Database
      const stream = Stores.freshStream()
      const url = yield* LoginRole.login(direct, "crowded", ["pg_read_all_data", "pg_write_all_data"])
      const role = LoginRole.nameOf(url)
      yield* direct.sql.unsafe(`grant usage on schema refold to ${role}`)
      yield* direct.sql.unsafe(`grant execute on all functions in schema refold to ${role}`)
      const { store } = yield* Stores.open(url, {
        migrate: false,
        pooler: true,
        retryReadsFor: "1 minute",
        retryAppendsFor: "1 minute"
      })
      // From now on every new connection is refused.
      yield* direct.sql.unsafe(`alter role ${role} connection limit 0`)
      yield* direct.sql`select pg_terminate_backend(pid, 60000) from pg_stat_activity where usename = ${role}`
      const { capture, spans } = tracing()
      const running = yield* Effect.forkChild(capture(
        name === "reads"
          ? Effect.asVoid(Stores.readStream(store, stream))
          : Effect.asVoid(store.append(stream, [Stores.event()]))
      ))
      yield* Effect.sync(() => spans.length).pipe(
        Effect.repeat({ until: (attempts) => attempts > 5, schedule: Schedule.spaced("10 millis") })
      )
      yield* direct.sql.unsafe(`alter role ${role} connection limit -1`)
      expect(yield* Effect.exit(Fiber.join(running))).toMatchObject({ _tag: "Success" })
    }))())
})

describe("an answer that never comes", () => {
  test(
    "to a read makes the read repeat on another connection",
    run(Effect.gen(function*() {
      const { event, proxy, store, stream } = yield* setUp({ queryTimeout: "300 millis" })
      yield* store.append(stream, [event])
      const held = proxy.holdAnswer(`WHERE stream = $1`)
      expect((yield* Stores.readStream(store, stream)).map(({ id }) => id)).toEqual([event.id])
      yield* Effect.promise(() => held)
    }))
  )

  test(
    "to an append is looked up",
    run(Effect.gen(function*() {
      const { direct, event, proxy, store, stream, text } = yield* setUp({ queryTimeout: "300 millis" })
      const held = proxy.holdAnswer(text)
      // An uninterruptible append also ends in time.
      const appended = yield* Effect.uninterruptible(store.append(stream, [event]))
      expect(appended).toMatchObject({ streams: [{ firstVersion: 1, version: 1 }] })
      yield* Effect.promise(() => held)
      expect((yield* Stores.readStream(direct.store, stream)).map(({ id }) => id)).toEqual([event.id])
    }))
  )

  test(
    "is an error that names the option if there is no time for retries",
    run(Effect.gen(function*() {
      const { direct, store, stream } = yield* setUp({ queryTimeout: "300 millis", retryReadsFor: 0 })
      const blocker = yield* Stores.connect(direct.url)
      yield* blocker`begin`
      yield* blocker`lock table refold.event_store in access exclusive mode`
      const error = yield* Effect.flip(Stores.readStream(store, stream))
      yield* blocker`rollback`
      expect(error).toMatchObject({ _tag: "EventStoreError" })
      expect(error.message).toContain("did not answer within 300ms, the queryTimeout")
    }))
  )
})

describe("a limit", () => {
  test.each([
    ["retryReadsFor", "must be a duration of 0 or more"],
    ["retryAppendsFor", "must be a duration of 0 or more"],
    ["queryTimeout", "must be at least a millisecond"]
  ])("%s that is not a valid duration is refused", (field, rule) =>
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      expect(yield* Effect.flip(Stores.open(url, { [field]: -1 }))).toMatchObject({ _tag: "InvalidInput", field, rule })
    }))())
})
