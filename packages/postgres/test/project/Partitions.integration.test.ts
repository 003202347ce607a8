// Partitions on a server: the partition of a stream, and daemons that share partitions and are killed.
import * as Partitions from "@refold/store/project/Partitions"
import * as Projector from "@refold/store/project/Projector"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as Daemons from "../support/Daemons.ts"
import { below, random } from "../support/Seed.ts"
import * as Soak from "../support/Soak.ts"
import * as Stores from "../support/Stores.ts"
import * as Tally from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const run = Stores.runner()

const names = ["account-1", "account-2", "a b-ü", "\u{1F600}-1", "x-".padEnd(200, "y")]

/** The first 28 bits of the hash. */
const hashOf = (name: string) => Number.parseInt(createHash("sha256").update(name).digest("hex").slice(0, 7), 16)

describe("the partition of a stream", () => {
  test(
    "depends on its SHA-256, which is the same in all versions of PostgreSQL",
    run(Effect.gen(function*() {
      const { sql } = yield* Stores.Database
      for (const count of [1, 2, 7, 10_000]) {
        const found = yield* sql<{ readonly partition: number }>`
          select refold.partition_of(name, ${count}::int) as partition
          from unnest(${names}::text[]) with ordinality as n(name, number) order by number`
        expect(found.map(({ partition }) => partition)).toEqual(names.map((name) => hashOf(name) % count))
      }
    }))
  )

  test(
    "is unique, and a read of a partition returns the events of its streams",
    Ticks.onDatabase((opened) =>
      Effect.gen(function*() {
        for (let n = 0; n < 50; n++) yield* opened.store.append(Stores.streamName(`tally-${n}`), [Ticks.tick(n)])
        const parts = yield* Effect.forEach([0, 1, 2], (number) =>
          Stream.runCollect(opened.reader.readAll({ partition: { number, of: 3 } })))
        expect(parts.every((events) =>
          events.length > 0
        )).toBe(true)
        expect(parts.flat().map(({ position }) => position).toSorted((one, two) => one - two)).toEqual(
          Array.from({ length: 50 }, (_, n) => n + 1)
        )
        for (const [number, events] of parts.entries()) {
          expect(events.every(({ stream }) => hashOf(stream) % 3 === number)).toBe(true)
        }
      })
    )
  )
})

test(
  "rows are read before and after the number of partitions changes",
  Ticks.onDatabase((opened) =>
    Effect.gen(function*() {
      const projection = Tally.tally({ byStream: true })
      const services = Ticks.services(opened)
      for (const partitions of [1, 3, 1]) {
        yield* Ticks.appendMany(opened, 300)
        yield* Effect.provideContext(Projector.catchUp(projection), services)
        yield* Effect.provideContext(Partitions.change(projection, partitions), services)
        const position = yield* opened.reader.head
        expect(yield* Ticks.look(opened, projection)).toMatchObject({ ...Ticks.exact, position })
      }
    })
  )
)

const claim = (sql: Stores.Opened["sql"], generation: number) =>
  sql<{ readonly partition: number }>`
    select "partition" from refold.claim_partition(${generation}::int, null, 10, null, '{}', true, 60000, 60000)`

test(
  "a claim that has waited for a partition waits for no other, so it cannot deadlock with an operation that locks all",
  Ticks.onDatabase((opened) =>
    Effect.gen(function*() {
      const projection = Tally.tally({ byStream: true })
      const services = Ticks.services(opened)
      yield* Effect.provideContext(Projector.catchUp(projection), services)
      yield* Effect.provideContext(Partitions.change(projection, 2), services)
      const { id } = (yield* Ticks.generation(opened))!
      const { sql } = opened
      yield* sql`update refold.projection_partitions set checkpoint = 5 where generation = ${id} and "partition" = 0`
      const [owner, claiming, locking] = yield* Effect.all([opened.url, opened.url, opened.url].map(Stores.connect))
      const own = owner!
      yield* own`begin`
      yield* own`select from refold.projection_partitions where generation = ${id} for no key update`
      yield* claiming!`begin`
      const claimed = yield* Effect.forkScoped(claim(claiming!, id))
      yield* Stores.untilWaiting(sql, yield* pidOf(sql, "claim_partition"))
      yield* own`update refold.projection_partitions set checkpoint = 10 where generation = ${id} and "partition" = 1`
      const locked = yield* Effect.forkScoped(locking!`select refold.lock_partitions(${id}::int, 60000)`)
      yield* Stores.untilWaiting(sql, yield* pidOf(sql, "lock_partitions"))
      yield* own`commit`
      expect(yield* Fiber.join(claimed)).toEqual([{ partition: 1 }])
      yield* claiming!`commit`
      expect(yield* Fiber.join(locked)).toHaveLength(1)
    })
  )
)

const pidOf = (sql: Stores.Opened["sql"], calling: string) =>
  Effect.flatMap(
    sql<{ readonly pid: number }>`
      select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
        and query like ${`%refold.${calling}(%`} and state = 'active'`,
    ([row]) => row === undefined ? Effect.fail("it does not run") : Effect.succeed(row.pid)
  ).pipe(Effect.retry({ schedule: Schedule.spaced("10 millis"), times: 6_000 }))

const kills = Soak.size({ test: 3, full: 60 })

test(
  "daemons that share partitions, and are killed while the number of partitions changes, leave the same rows as a new fold",
  Ticks.onDatabase((opened) =>
    Effect.gen(function*() {
      const projection = Tally.tally({ byStream: true })
      const services = Ticks.services(opened)
      yield* Effect.provideContext(Projector.catchUp(projection), services)
      const change = (partitions: number) => Effect.provideContext(Partitions.change(projection, partitions), services)
      yield* change(4)
      const writers = [yield* Ticks.keepWriting(opened), yield* Ticks.keepWriting(opened)]
      for (let n = 0; n < kills; n++) {
        const daemons = yield* Effect.forEach([1, 2], () =>
          Daemons.start(opened, { byStream: true, busy: 1, workers: 2 }))
        const before = (yield* Ticks.generation(opened))!.checkpoint
        yield* Ticks.untilGeneration(opened, ({ checkpoint }) =>
          checkpoint > before)
        const changing = yield* Effect.forkScoped(change(1 + below(6)))
        yield* Effect.sleep(random() * 200)
        yield* Effect.forEach(daemons, ({ kill }) => kill)
        yield* Fiber.join(changing)
      }
      yield* Fiber.interruptAll(writers)
      // An append in progress may end later.
      const head = yield* Effect.provideContext(Projector.catchUp(projection, { workers: 3 }), services)
      expect(yield* Ticks.look(opened, projection)).toMatchObject(Ticks.exact)
      expect((yield* Ticks.generation(opened))!.checkpoint).toBeGreaterThanOrEqual(head)
    })
  )
)
