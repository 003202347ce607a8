// A reader that tails the log while many writers commit out of order misses nothing. The same test finds out a reader
// that goes by `position > $1` alone, which is what the locks and the bound are for.
import type { EventId } from "@refold/core/EventId"
import type { RecordedEvent } from "@refold/core/RecordedEvent"
import * as EventStore from "@refold/store/EventStore"
import { EventStoreError } from "@refold/store/EventStoreError"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as Stores from "./support/Stores.ts"

const run = Stores.runner()

const writers = 8
const transactionsEach = 25

/** A random number of 0 or more, below `end`. */
const below = (end: number): number => Math.floor(Math.random() * end)

const pause = Effect.suspend(() => Effect.sleep(below(6)))

/** Some appends in one transaction, with pauses: of one event or more, to one stream or two; some take it all back. */
const transaction = ({ sql, store }: Stores.Opened, writer: number) => {
  const write = (n: number) => ({
    stream: Stores.streamName(`writer-${writer}-${n}`),
    expected: { _tag: "Any" } as const,
    events: [Stores.event(), ...Array.from({ length: below(3) }, () => Stores.event())] as const
  })
  const commit = Effect.suspend(() => store.commit({ writes: [write(0), ...(below(2) === 0 ? [write(1)] : [])] }))
  const takenBack = Effect.ignore(sql.withTransaction(Effect.andThen(commit, Effect.fail("taken back"))))
  const step = Effect.suspend(() => (below(4) === 0 ? takenBack : commit))
  return sql.withTransaction(Effect.gen(function*() {
    for (let steps = below(3); steps >= 0; steps--) yield* Effect.andThen(step, pause)
    if (below(5) === 0) return yield* Effect.fail("taken back")
  })).pipe(Effect.catch((error) => error === "taken back" ? Effect.void : Effect.fail(error)))
}

/** Tails the log through `reader` while the writers write, and a little longer; yields what it read and what there is. */
const tail = (reader: EventStore.EventStore["Service"]) =>
  Effect.gen(function*() {
    const { store, url } = yield* Stores.Database
    const writing = yield* Stores.open(url, { maxConnections: writers })
    const start = yield* store.head
    const seen: Array<RecordedEvent> = []
    const readOn = Effect.suspend(() => {
      const after = seen.at(-1)?.position ?? start
      return Effect.map(Stream.runCollect(reader.readAll({ after })), (events) => void seen.push(...events))
    })
    const tailing = yield* Effect.forkChild(Effect.forever(readOn))
    yield* Effect.forEach(
      Array.from({ length: writers }, (_, writer) => writer),
      (writer) => Effect.replicateEffect(transaction(writing, writer), transactionsEach),
      { concurrency: writers, discard: true }
    )
    // A reader that was behind gets to the end; one that has passed an event by never comes back to it.
    yield* Fiber.interrupt(tailing)
    const meanwhile = seen.length
    yield* readOn
    return { meanwhile, seen: seen.map(({ id }) => id), stored: yield* storedAfter(start) }
  })

const storedAfter = (start: number) =>
  Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    const rows = yield* sql<{ id: EventId }>`select event_id as id from refold.event_store
      where "position" > ${start} order by "position"`
    return rows.map(({ id }) => id)
  })

/** The reader that is not enough. */
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
    expect(meanwhile).toBeGreaterThan(writers * transactionsEach)
    expect(seen).toEqual(stored)
  }))
)

test(
  "a tailing reader that goes by the position alone misses events in the same test",
  run(Effect.gen(function*() {
    const reader = plainReader(yield* Stores.Database)
    for (let round = 1; round <= 5; round++) {
      const { seen, stored } = yield* tail(reader)
      if (seen.length < stored.length) return expect(stored).toEqual(expect.arrayContaining(seen))
    }
    return expect.fail("it missed nothing in five rounds: the writers do not commit out of order")
  }))
)
