// A reader that tails the log while many writers commit out of order misses nothing. The same test detects a reader that
// uses only `position > $1`, without the locks and the bound.
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as EventStore from "@refold/store/log/EventStore"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as Stores from "../support/Stores.ts"
import * as Writers from "../support/Writers.ts"

const run = Stores.runner()

const writers = 8
const transactionsEach = 25

/** Tails the log through `reader` while the writers write, and a little longer; returns the read and the stored events. */
const tail = (reader: EventStore.EventStore["Service"]) =>
  Effect.gen(function*() {
    const { sql, store, url } = yield* Stores.Database
    const writing = yield* Stores.open(url, { maxConnections: writers })
    const start = yield* store.head
    const seen: Array<RecordedEvent> = []
    const readOn = Effect.suspend(() => {
      const after = seen.at(-1)?.position ?? start
      return Effect.map(Stream.runCollect(reader.readAll({ after })), (events) => void seen.push(...events))
    })
    const tailing = yield* Effect.forkChild(Effect.forever(readOn))
    yield* Writers.write(writing, writers, transactionsEach)
    // A reader that lags reaches the end; a reader that has skipped an event never reads it.
    yield* Fiber.interrupt(tailing)
    const meanwhile = seen.length
    yield* readOn
    return { meanwhile, seen: seen.map(({ id }) => id), stored: yield* Following.storedAfter(sql, start) }
  })

/** The incorrect reader. */
const plainReader = ({ sql, store }: Stores.Opened): EventStore.EventStore["Service"] =>
  EventStore.fromAdapter({
    ...store,
    readAll: ({ after = 0 } = {}) =>
      sql<RecordedEvent>`select event_id as id, "position"::float8 as "position" from refold.event_store
        where "position" > ${after} order by "position"`.pipe(
        Effect.mapError((cause) => new EventStoreError({ operation: "read", cause })),
        Stream.fromIterableEffect
      )
  })

test(
  "a tailing reader reads every event once, in order",
  run(Effect.gen(function*() {
    const { store } = yield* Stores.Database
    const { meanwhile, seen, stored } = yield* tail(store)
    // It has read while the writers were writing.
    expect(meanwhile).toBeGreaterThan(0)
    expect(seen).toEqual(stored)
  }))
)

test(
  "a tailing reader that uses only the position misses events in the same test",
  run(Effect.gen(function*() {
    const reader = plainReader(yield* Stores.Database)
    let read = yield* tail(reader)
    for (let round = 2; round <= 20 && read.seen.length === read.stored.length; round++) read = yield* tail(reader)
    expect(read.stored).toEqual(expect.arrayContaining(read.seen))
    // Fails after twenty rounds without a missed event, because the writers then do not commit out of order.
    expect(read.seen.length).toBeLessThan(read.stored.length)
  }))
)
