// Appends of this process and of others notify a subscriber, which polls if no notification can arrive. To distinguish the
// two, stores here poll every hour, or get no notifications.
import type { EventId } from "@refold/core/event/EventId"
import type { NewEvent } from "@refold/core/event/NewEvent"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { expect, test } from "vitest"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import * as Following from "../support/Following.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const never = { pollInterval: "1 hour" } as const

const append = ({ store }: Pick<Stores.Opened, "store">, event: NewEvent = Stores.event()) =>
  Effect.as(store.append(Stores.freshStream(), [event]), event.id)

/** Follows a store from its head on. */
const follow = ({ reader }: Pick<Stores.Opened, "reader">) =>
  Effect.flatMap(reader.head, (after) => Following.follow(reader.subscribe({ after })))

/** A store that polls only every hour, on a database in which no other test listens. */
const setUp = (options: Parameters<typeof Stores.open>[1] = {}) =>
  Effect.gen(function*() {
    const { sql, url } = yield* Stores.Database
    yield* Following.until(Effect.map(Following.listeners(sql), (pids) => pids.length === 0))
    const here = yield* Stores.open(url, { ...never, ...options })
    const listener = Effect.gen(function*() {
      yield* Following.until(Effect.map(Following.listeners(sql), (pids) => pids.length === 1))
      return (yield* Following.listeners(sql))[0]!
    })
    return { admin: sql, here, listener, open: () => Stores.open(url, never), url }
  })

for (const maxConnections of [1, 2, 10]) {
  test(
    `an append of another process notifies subscribers, with a pool of ${maxConnections}`,
    run(Effect.gen(function*() {
      const { here, listener, open } = yield* setUp({ maxConnections })
      const there = yield* open()
      const followers = [yield* follow(here), yield* follow(here), yield* follow(here)]
      yield* listener
      const appended: Array<EventId> = []
      for (const opened of [there, there, here, there, here]) {
        const id = yield* append(opened)
        for (const { untilSeen } of followers) yield* untilSeen(id)
        appended.push(id)
      }
      for (const { ids } of followers) expect(ids()).toEqual(appended)
    }))
  )
}

test(
  "an append in a schema with the longest name notifies subscribers",
  run(Effect.gen(function*() {
    const schema = "s".repeat(50)
    const { here, listener, url } = yield* setUp({ schema })
    const { ids, untilSeen } = yield* follow(here)
    yield* listener
    const id = yield* append(yield* Stores.open(url, { ...never, schema }))
    yield* untilSeen(id)
    expect(ids()).toEqual([id])
  }))
)

test(
  "a connection listens only while the log is followed",
  run(Effect.gen(function*() {
    const { admin, here, listener } = yield* setUp()
    yield* append(here)
    expect(yield* Following.listeners(admin)).toEqual([])
    yield* Effect.scoped(Effect.andThen(follow(here), listener))
    yield* Following.until(Effect.map(Following.listeners(admin), (pids) => pids.length === 0))
  }))
)

test(
  "a lost listening connection is replaced, and events that were appended meanwhile are not missed",
  run(Effect.gen(function*() {
    const { admin, here, listener, open } = yield* setUp()
    const there = yield* open()
    const { untilSeen } = yield* follow(here)
    for (let n = 0; n < 3; n++) {
      const pid = yield* listener
      yield* admin`select pg_terminate_backend(${pid}, 60000)`
      const id = yield* append(there)
      yield* untilSeen(id)
      expect(yield* listener).not.toBe(pid)
    }
  }))
)

test(
  "with `pooler` no connection listens and no notification is sent, and appends of the same process notify subscribers",
  run(Effect.gen(function*() {
    const { admin, here, url } = yield* setUp({ pooler: true })
    const listening = yield* Stores.connect(url)
    const queue = yield* listening.listen("refold_refold")
    const { untilSeen } = yield* follow(here)
    yield* untilSeen(yield* append(here))
    yield* untilSeen(yield* here.sql.withTransaction(append(here)))
    yield* Effect.sleep("100 millis")
    // The connection of the test.
    expect(yield* Following.listeners(admin)).toHaveLength(1)
    yield* admin.notify("refold_refold", "end")
    expect((yield* Queue.take(queue)).payload).toBe("end")
  }))
)

test(
  "with `pooler` appends of other processes and by SQL are found by polling",
  run(Effect.gen(function*() {
    const { admin, here, open } = yield* setUp({ pooler: true, pollInterval: "50 millis" })
    const { ids, untilSeen } = yield* follow(here)
    const appended = [yield* append(yield* open()), yield* Stores.appendBySql(admin)]
    for (const id of appended) yield* untilSeen(id)
    expect(ids()).toEqual(appended)
  }))
)

test(
  "appends by SQL are found by polling, also while a connection listens",
  run(Effect.gen(function*() {
    const { admin, here, listener } = yield* setUp({ pollInterval: undefined })
    const { ids, untilSeen } = yield* follow(here)
    yield* listener
    const appended: Array<EventId> = []
    for (let n = 0; n < 3; n++) appended.push(yield* Stores.appendBySql(admin))
    yield* untilSeen(appended[2]!)
    expect(ids()).toEqual(appended)
  }))
)

test("on the embedded database an append notifies subscribers", () =>
  Effect.gen(function*() {
    const store = yield* EventStore
    const reader = yield* EventReader
    const { ids, untilSeen } = yield* follow({ reader })
    for (let n = 0; n < 3; n++) yield* untilSeen(yield* append({ store }))
    expect(ids()).toHaveLength(3)
  }).pipe(Effect.scoped, Effect.provide(EmbeddedStore.layer(never)), Effect.runPromise))

test(
  "a store with a poll interval of 0 is not opened",
  run(Effect.gen(function*() {
    const { url } = yield* Stores.Database
    for (const pollInterval of [0, -1]) {
      expect(yield* Effect.flip(Stores.open(url, { pollInterval }))).toMatchObject({
        _tag: "InvalidInput",
        field: "pollInterval"
      })
    }
  }))
)
