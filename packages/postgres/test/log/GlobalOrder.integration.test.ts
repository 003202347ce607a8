// The global log without loss: a reader never skips an event that commits later at a lower position, and only
// an open append to the same store holds a reader back.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, inject, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

/** A store, the events that are appended during the test, and a connection for open transactions. */
const setUp = Effect.gen(function*() {
  const { sql, store, url } = yield* Stores.Database
  const start = yield* store.head
  return {
    sql,
    store,
    url,
    start,
    append: (stream = Stores.freshStream()) => {
      const event = Stores.event()
      return Effect.as(store.append(stream, [event]), event.id)
    },
    unread: Stores.readIds(store, { after: start }),
    other: yield* Stores.connect(url)
  }
})

describe("while the transaction of a writer is open", () => {
  test(
    "later events are not read, and when it commits all are read in order",
    run(Effect.gen(function*() {
      const { append, other, start, store, unread } = yield* setUp
      yield* other`begin`
      const low = yield* Stores.appendBySql(other)
      const high = yield* append()
      expect(yield* unread).toEqual([])
      expect(yield* store.head).toBe(start)
      yield* other`commit`
      expect(yield* unread).toEqual([low, high])
    }))
  )

  test.each(["999999", "99999999999999999999", "-1", ""])(
    "later events are not read even if the writer claims to hold position %j already",
    (key) =>
      run(Effect.gen(function*() {
        const { append, other, unread } = yield* setUp
        yield* other`begin`
        yield* other`select set_config('refold_store.locked_position',
          pg_current_xact_id()::text || ':' || 'refold.event_position'::regclass::oid || ':' || ${key}::text, true)`
        const low = yield* Stores.appendBySql(other)
        const high = yield* append()
        expect(yield* unread).toEqual([])
        yield* other`commit`
        expect(yield* unread).toEqual([low, high])
      }))()
  )

  test(
    "later events are not read even if the writer claims to hold a position whose key denotes a later one",
    run(Effect.gen(function*() {
      // A separate store, because its position counter is moved far ahead.
      const { sql, store, url } = yield* Stores.open(yield* freshDatabase())
      const other = yield* Stores.connect(url)
      yield* sql`select setval('refold.event_position', 8589934692)`
      yield* other`begin`
      yield* other`select set_config('refold_store.locked_position',
        pg_current_xact_id()::text || ':' || 'refold.event_position'::regclass::oid || ':' || 4294967398, true)`
      const low = yield* Stores.appendBySql(other)
      const later = Array.from({ length: 4 }, () => Stores.event())
      yield* Effect.forEach(later, (event) => store.append(Stores.freshStream(), [event]))
      expect(yield* Stores.readIds(store)).toEqual([])
      yield* other`commit`
      expect(yield* Stores.readIds(store)).toEqual([low, ...later.map(({ id }) => id)])
    }))
  )

  test(
    "events before it are read",
    run(Effect.gen(function*() {
      const { append, other, unread } = yield* setUp
      const before = yield* append()
      yield* other`begin`
      yield* Stores.appendBySql(other)
      yield* append()
      expect(yield* unread).toEqual([before])
    }))
  )

  test(
    "the lowest of several writers holds readers back, in any order of commits",
    run(Effect.gen(function*() {
      const { append, other, unread, url } = yield* setUp
      const another = yield* Stores.connect(url)
      yield* other`begin`
      const low = yield* Stores.appendBySql(other)
      yield* another`begin`
      const middle = yield* Stores.appendBySql(another)
      const high = yield* append()
      yield* another`commit`
      expect(yield* unread).toEqual([])
      yield* other`commit`
      expect(yield* unread).toEqual([low, middle, high])
    }))
  )

  test(
    "later events are read when it rolls back",
    run(Effect.gen(function*() {
      const { append, other, unread } = yield* setUp
      yield* other`begin`
      yield* Stores.appendBySql(other)
      const high = yield* append()
      yield* other`rollback`
      expect(yield* unread).toEqual([high])
    }))
  )

  test(
    "later events are read when its connection is killed",
    run(Effect.gen(function*() {
      const { append, other, sql, unread } = yield* setUp
      yield* other`begin`
      yield* Stores.appendBySql(other)
      const high = yield* append()
      yield* sql`select pg_terminate_backend(${yield* Stores.backend(other)}, 60000)`
      expect(yield* unread).toEqual([high])
    }))
  )

  test(
    "a rollback to a savepoint after its first append still holds readers back",
    run(Effect.gen(function*() {
      const { append, other, unread } = yield* setUp
      yield* other`begin`
      const low = yield* Stores.appendBySql(other)
      yield* other`savepoint s`
      yield* Stores.appendBySql(other)
      yield* other`rollback to s`
      const middle = yield* append()
      expect(yield* unread).toEqual([])
      const high = yield* Stores.appendBySql(other)
      yield* other`commit`
      expect(yield* unread).toEqual([low, middle, high])
    }))
  )

  test(
    "a rollback to a savepoint before its first append releases readers, until it appends again",
    run(Effect.gen(function*() {
      const { append, other, unread } = yield* setUp
      yield* other`begin`
      yield* other`savepoint s`
      yield* Stores.appendBySql(other)
      yield* other`rollback to s`
      const first = yield* append()
      expect(yield* unread).toEqual([first])
      const second = yield* Stores.appendBySql(other)
      const third = yield* append()
      expect(yield* unread).toEqual([first])
      yield* other`commit`
      expect(yield* unread).toEqual([first, second, third])
    }))
  )

  test(
    "an append that a PL/pgSQL exception block rolled back holds no reader back, and a later append does",
    run(Effect.gen(function*() {
      const { append, other, unread } = yield* setUp
      yield* other`create function pg_temp.append(stream text, fail boolean) returns void language plpgsql as $$
        begin
          perform refold.append_events('{""}', '{""}', '{1}', array[stream], '{-1}', '{1}', array[gen_random_uuid()],
            '{Happened}', '{1}', array['{}'::jsonb], array['{}'::jsonb], array[now()]);
          if fail then raise exception 'failed'; end if;
        exception when raise_exception then null;
        end $$`
      yield* other`begin`
      yield* other`select pg_temp.append(${Stores.freshStream()}, true)`
      const first = yield* append()
      expect(yield* unread).toEqual([first])
      yield* other`select pg_temp.append(${Stores.freshStream()}, false)`
      yield* append()
      expect(yield* unread).toEqual([first])
    }))
  )

  test(
    "appends to two stores hold back the readers of each store from its first append on",
    run(Effect.gen(function*() {
      const { append, other, unread, url } = yield* setUp
      const second = yield* Stores.open(url, { schema: "second_store" })
      yield* other`begin`
      const low = yield* Stores.appendBySql(other)
      const lowInSecond = yield* Stores.appendBySql(other, Stores.freshStream(), "second_store")
      const high = yield* append()
      const later = Stores.event()
      yield* second.store.append(Stores.freshStream(), [later])
      const high2 = yield* Stores.appendBySql(other)
      expect([yield* unread, yield* Stores.readIds(second.store)]).toEqual([[], []])
      yield* other`commit`
      expect(yield* unread).toEqual([low, high, high2])
      expect(yield* Stores.readIds(second.store)).toEqual([lowInSecond, later.id])
    }))
  )

  test(
    "it holds one lock for any number of appends",
    run(Effect.gen(function*() {
      const { other, sql } = yield* setUp
      yield* other`begin`
      for (let n = 0; n < 5; n++) yield* Stores.appendBySql(other)
      const held = yield* sql`select from pg_locks where locktype = 'advisory' and objsubid = 2
        and pid = ${yield* Stores.backend(other)}`
      expect(held).toHaveLength(1)
    }))
  )
})

describe("a writer that is slow to lock, and locks a position that readers have passed", () => {
  /** The lock of an append that read the sequence before an event was appended, and locks after that. */
  const lockLate = Effect.gen(function*() {
    const { append, other, sql, ...rest } = yield* setUp
    const [row] = yield* sql<{ position: number }>`select last_value::int as "position" from refold.event_position`
    const event = yield* append()
    const head = yield* rest.store.head
    yield* other`begin`
    yield* other`select pg_advisory_xact_lock_shared('refold.event_position'::regclass::oid::int4, ${row!.position})`
    return { ...rest, append, event, head, other, sql }
  })

  test(
    "hides no event from readers with a higher head",
    run(Effect.gen(function*() {
      const { event, head, sql, store, unread } = yield* lockLate
      expect(yield* store.head).toBe(head)
      expect(yield* unread).toEqual([event])
      expect(yield* sql.withTransaction(store.head)).toBe(head)
      expect(yield* sql.withTransaction(unread)).toEqual([event])
      expect((yield* store.bound).head).toBe(head)
    }))
  )

  test(
    "does not make readers skip its own events",
    run(Effect.gen(function*() {
      const { append, event, other, unread } = yield* lockLate
      const low = yield* Stores.appendBySql(other)
      const high = yield* append()
      expect(yield* unread).toEqual([event])
      yield* other`commit`
      expect(yield* unread).toEqual([event, low, high])
    }))
  )
})

describe("a reader is not held back", () => {
  const unrelated = inject("postgresUrl")

  for (const [place, elsewhere] of [["the same database", undefined], ["another database", unrelated]] as const) {
    test(
      `by a long transaction with an id and a snapshot in ${place}`,
      run(Effect.gen(function*() {
        const { append, unread, url } = yield* setUp
        const long = yield* Stores.connect(elsewhere ?? url)
        yield* long`begin isolation level repeatable read`
        yield* long`select pg_current_xact_id()::text, count(*) from pg_class`
        const event = yield* append()
        expect(yield* unread).toEqual([event])
      }))
    )
  }

  test(
    "by a transaction that only reads the store, or whose append was refused",
    run(Effect.gen(function*() {
      const { append, other, unread } = yield* setUp
      yield* other`begin`
      yield* other`select pg_current_xact_id()::text, count(*) from refold.event_store`
      const answers = yield* Stores.appendEvents(other, [
        { writes: [{ stream: Stores.freshStream(), expected: 7, ids: [Stores.event().id] }] }
      ])
      expect(answers).toMatchObject([{ outcome: "version_conflict" }])
      const event = yield* append()
      expect(yield* unread).toEqual([event])
    }))
  )

  test(
    "by an open append to another store of the same database",
    run(Effect.gen(function*() {
      const { append, other, unread, url } = yield* setUp
      yield* Stores.open(url, { schema: "neighbour" })
      yield* other`begin`
      yield* Stores.appendBySql(other, Stores.freshStream(), "neighbour")
      const event = yield* append()
      expect(yield* unread).toEqual([event])
    }))
  )

  test(
    "by an application's own advisory locks",
    run(Effect.gen(function*() {
      const { append, other, unread } = yield* setUp
      yield* other`begin`
      yield* other`select pg_advisory_xact_lock(1, 1), pg_advisory_xact_lock_shared(1, 1), pg_advisory_xact_lock(1)`
      const event = yield* append()
      expect(yield* unread).toEqual([event])
    }))
  )
})

describe("writers", () => {
  test(
    "to different streams do not wait for each other",
    run(Effect.gen(function*() {
      const { append, other, sql } = yield* setUp
      yield* other`begin`
      yield* Stores.appendBySql(other)
      const event = yield* append()
      expect(yield* sql`select from refold.event_store where event_id = ${event}`).toHaveLength(1)
    }))
  )

  test(
    "that begin at the same position do not wait for each other",
    run(Effect.gen(function*() {
      const { append, other, unread } = yield* setUp
      yield* other`begin`
      yield* other`select refold.lock_positions(true)`
      yield* append()
      expect(yield* unread).toEqual([])
    }))
  )

  test(
    "to the same stream wait, and read the first one's events",
    run(Effect.gen(function*() {
      const { other, sql, url } = yield* setUp
      const waiting = yield* Stores.connect(url)
      const pid = yield* Stores.backend(waiting)
      const stream = Stores.freshStream()
      yield* other`begin`
      yield* Stores.appendBySql(other, stream)
      const fiber = yield* Effect.forkChild(
        Stores.appendEvents(waiting, [{ writes: [{ stream, expected: 1, ids: [Stores.event().id] }] }])
      )
      yield* Stores.untilWaiting(sql, pid)
      yield* other`commit`
      expect(yield* Fiber.join(fiber)).toMatchObject([{ outcome: "appended", version: 2n }])
    }))
  )
})

describe("the lock's key, the low 32 bits of a position", () => {
  for (const [name, boundary] of [["2^31", 2 ** 31], ["2^32", 2 ** 32], ["3 * 2^31", 3 * 2 ** 31]] as const) {
    test(
      `holds readers back across ${name}`,
      run(Effect.gen(function*() {
        const { url } = yield* Stores.Database
        const schema = `boundary_${boundary}`
        const { sql, store } = yield* Stores.open(url, { schema })
        const [early, late] = [yield* Stores.connect(url), yield* Stores.connect(url)]
        const append = (on: typeof sql) => Stores.appendBySql(on, Stores.freshStream(), schema)
        const unread = Stores.readIds(store)
        yield* sql`select setval(${`${schema}.event_position`}, ${boundary - 3})`
        yield* early`begin`
        const first = [yield* append(early), yield* append(sql)]
        expect(yield* unread).toEqual([])
        // Its key is the boundary minus one; it draws the boundary itself.
        yield* late`begin`
        const then = [yield* append(late), yield* append(sql), yield* append(sql)]
        expect(yield* unread).toEqual([])
        yield* early`commit`
        expect(yield* unread).toEqual(first)
        yield* late`commit`
        expect(yield* unread).toEqual([...first, ...then])
        expect(yield* store.head).toBe(boundary + 2)
      }))
    )
  }
})
