// Several concurrent processes on one server: one owner for a generation at a time; consistent
// decisions about a projection's generations; and readers that a swap never affects.
import { Position } from "@refold/core/event/Position"
import * as RowQuery from "@refold/core/project/RowQuery"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as Proxy from "../support/Proxy.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

const { build, changes, goLive, own, parked, projection, read, row, save } = ReadModels

const run = Stores.runner()

const setUp = Effect.gen(function*() {
  const opened = yield* Stores.Database
  return { ...opened, other: yield* Stores.open(opened.url, { migrate: false }), wanted: projection() }
})

/** Runs `meanwhile` while an owner of the generation has saved changes that are not yet committed. */
const whileOwned = Effect.fnUntraced(function*<A, E, R>(
  readModels: Stores.Opened["readModels"],
  generation: { readonly id: number },
  fields: Parameters<typeof changes>[0],
  meanwhile: (letGo: Effect.Effect<boolean>) => Effect.Effect<A, E, R>
) {
  const [saved, done] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
  const owner = yield* Effect.forkChild(own(readModels, generation, (batch) =>
    Effect.gen(function*() {
      yield* batch.save(changes(fields))
      yield* Deferred.succeed(saved, undefined)
      yield* Deferred.await(done)
    })))
  yield* Deferred.await(saved)
  const result = yield* meanwhile(Deferred.succeed(done, undefined))
  yield* Deferred.succeed(done, undefined)
  yield* Fiber.join(owner)
  return result
})

const waiting = (sql: Stores.Opened["sql"]) =>
  Following.until(Effect.map(
    sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    (rows) => rows.length > 0
  ))

describe("a generation", () => {
  test(
    "has one owner at a time, and the next owner reads all of its changes",
    run(Effect.gen(function*() {
      const { other, readModels, wanted } = yield* setUp
      const generation = yield* build(readModels, wanted)
      const fields = { rows: [row("a")], checkpoint: Position(7), parked: [parked("thing-1")] }
      const meanwhile = yield* whileOwned(readModels, generation, fields, () =>
        Effect.all([
          other.readModels.update(generation.id, () => Effect.die("it has no body")),
          readModels.update(generation.id, () => Effect.die("it has no body"))
        ]))
      expect(meanwhile).toEqual([Option.none(), Option.none()])
      expect(yield* own(other.readModels, generation, (batch) => Effect.succeed(batch.generation))).toMatchObject({
        checkpoint: 7,
        parked: 1
      })
    }))
  )

  test(
    "can be awaited, and the next owner reads the streams and events that were parked and discarded meanwhile",
    run(Effect.gen(function*() {
      const { other, readModels, sql, wanted } = yield* setUp
      const generation = yield* build(readModels, wanted)
      const stream = Stores.streamName("thing-1")
      const [saved, done] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const first = yield* Effect.forkChild(own(readModels, generation, (batch) =>
        Effect.gen(function*() {
          yield* batch.save(changes({ parked: [parked(stream)], checkpoint: Position(8) }))
          yield* batch.discard([{ ...parked("thing-2"), reason: "because" }])
          yield* Deferred.succeed(saved, undefined)
          yield* Deferred.await(done)
        })))
      yield* Deferred.await(saved)
      const second = yield* Effect.forkChild(other.readModels.update(
        generation.id,
        (batch) =>
          Effect.all([
            Effect.succeed(batch.generation.checkpoint),
            Effect.map(batch.parked([stream]), (streams) => streams.length),
            batch.discarded(Position(0), Position(9))
          ]),
        { wait: true }
      ))
      yield* waiting(sql)
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(first)
      expect(yield* Fiber.join(second)).toEqual(Option.some([8, 1, [1]]))
    }))
  )

  test(
    "is awaited no longer than an owner can hold it, and the waiting session keeps its own lock timeout",
    run(Effect.gen(function*() {
      const { readModels, url, wanted } = yield* setUp
      const generation = yield* build(readModels, wanted)
      const session = yield* Stores.connect(url)
      const claim = session`select lock_timeout, id from (
          select current_setting('lock_timeout') as lock_timeout
        ) s, refold.claim_partition(${generation.id}, null, null, null, '{}', true, 50, 10000)`
      const error = yield* whileOwned(readModels, generation, {}, () => Effect.flip(claim))
      expect(error.reason._tag).toBe("LockTimeoutError")
      yield* session`begin`
      yield* claim
      expect(yield* session`select current_setting('lock_timeout') as lock_timeout`).toEqual([{ lock_timeout: "0" }])
    }))
  )

  test(
    "is lost by a suspended owner, which can store nothing afterwards",
    run(Effect.gen(function*() {
      const { other, url, wanted } = yield* setUp
      const { readModels } = yield* Stores.open(url, { migrate: false, ownerIdleTimeout: "2 seconds" })
      const generation = yield* build(readModels, wanted)
      const [owned, resume] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const frozen = yield* Effect.forkScoped(
        Effect.flip(own(readModels, generation, (batch) =>
          Effect.gen(function*() {
            yield* batch.save(changes({ rows: [row("a", "frozen")] }))
            yield* Deferred.succeed(owned, undefined)
            yield* Deferred.await(resume)
            yield* batch.save(changes({ rows: [row("b", "frozen")] }))
          })))
      )
      yield* Deferred.await(owned)
      const taken = yield* other.readModels.update(
        generation.id,
        (batch) => Effect.andThen(batch.save(changes({ rows: [row("c")] })), batch.rows(["a", "b", "c"])),
        { wait: true }
      )
      yield* Deferred.succeed(resume, undefined)
      expect(taken).toEqual(Option.some([row("c")]))
      expect(yield* Fiber.join(frozen)).toMatchObject({ _tag: "EventStoreError", operation: "update projection" })
      expect(yield* own(other.readModels, generation, (batch) => batch.rows(["a", "b", "c"]))).toEqual([row("c")])
      // The pool of the suspended process works again.
      expect(yield* read(readModels, wanted, ["c"], generation.id)).toEqual([row("c")])
    }))
  )

  test(
    "is not lost by an owner that is busy for longer than the idle timeout",
    run(Effect.gen(function*() {
      const { url, wanted } = yield* setUp
      const { readModels, sql } = yield* Stores.open(url, { migrate: false, ownerIdleTimeout: "2 seconds" })
      const generation = yield* build(readModels, wanted)
      yield* own(readModels, generation, (batch) =>
        Effect.gen(function*() {
          for (const seconds of [0.5, 2.5]) yield* Effect.andThen(sql`select pg_sleep(${seconds})`, Effect.sleep(20))
          yield* batch.save(changes({ rows: [row("a")] }))
        }))
      expect(yield* read(readModels, wanted, ["a"], generation.id)).toEqual([row("a")])
    }))
  )

  test(
    "is lost by an owner whose connection breaks",
    run(Effect.gen(function*() {
      const { other, readModels, sql, wanted } = yield* setUp
      const generation = yield* build(readModels, wanted)
      const broken = own(readModels, generation, (batch) =>
        Effect.gen(function*() {
          yield* batch.save(changes({ rows: [row("a")] }))
          const [backend] = yield* sql<{ pid: number }>`select pg_backend_pid() as pid`
          yield* other.sql`select pg_terminate_backend(${backend!.pid}, 60000)`
        }))
      expect(yield* Effect.flip(broken)).toMatchObject({ _tag: "EventStoreError" })
      expect(yield* own(other.readModels, generation, (batch) => batch.rows(["a"]))).toEqual([])
    }))
  )

  test(
    "in the caller's transaction is owned until that transaction ends",
    run(Effect.gen(function*() {
      const { other, readModels, sql, wanted } = yield* setUp
      const generation = yield* build(readModels, wanted)
      const late = yield* sql.withTransaction(Effect.gen(function*() {
        yield* save(readModels, generation, {})
        return yield* other.readModels.update(generation.id, () => Effect.void)
      }))
      expect(late).toEqual(Option.none())
    }))
  )
})

describe("concurrent processes", () => {
  test(
    "that open a new projection together begin one generation",
    run(Effect.gen(function*() {
      const { other, readModels, wanted } = yield* setUp
      const openings = Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? readModels : other.readModels).open(wanted))
      const opened = yield* Effect.all(openings, { concurrency: "unbounded" })
      expect(new Set(opened.map((generations) => JSON.stringify(generations))).size).toBe(1)
      expect(yield* readModels.generations(wanted.name)).toHaveLength(1)
    }))
  )

  test(
    "that open versions of a projection together begin one generation of each",
    run(Effect.gen(function*() {
      const { other, readModels, wanted } = yield* setUp
      const openings = Array.from(
        { length: 12 },
        (_, n) => (n % 2 === 0 ? readModels : other.readModels).open({ ...wanted, version: 1 + n % 3 })
      )
      yield* Effect.all(openings, { concurrency: "unbounded" })
      const begun = yield* readModels.generations(wanted.name)
      expect(begun).toHaveLength(3)
      expect(new Set(begun.map(({ version }) => version))).toEqual(new Set([1, 2, 3]))
    }))
  )

  test(
    "that promote generations at the same time agree on one, finally the newest, and none waits forever",
    run(Effect.gen(function*() {
      const { other, readModels, wanted } = yield* setUp
      for (let round = 0; round < 10; round++) {
        const name = `${wanted.name} ${round}`
        yield* goLive(readModels, { ...wanted, name })
        const [two, three] = [
          yield* build(readModels, { ...wanted, name, version: 2 }),
          yield* build(readModels, { ...wanted, name, version: 3 })
        ]
        const promote = (store: Stores.Opened["readModels"], { id }: { readonly id: number }) =>
          store.update(id, (batch) => Effect.andThen(batch.save(changes()), batch.promote), { wait: true })
        const results = yield* Effect.all([promote(readModels, two), promote(other.readModels, three)], {
          concurrency: "unbounded"
        })
        expect(results[1]).toEqual(Option.some(true))
        // If it was slower, the next batch promotes it.
        yield* readModels.update(two.id, (batch) => batch.promote, { wait: true })
        expect((yield* readModels.generations(name)).map(({ status }) => status)).toEqual([
          "Retired",
          "Retired",
          "Live"
        ])
      }
    }))
  )

  test(
    "promote a generation only after the batch of the live one, and not if that is at a higher checkpoint",
    run(Effect.gen(function*() {
      const { other, readModels, sql, wanted } = yield* setUp
      const live = yield* goLive(readModels, wanted)
      const building = yield* build(readModels, wanted)
      const promoted = yield* whileOwned(
        readModels,
        live,
        { checkpoint: Position(9) },
        (letGo) =>
          Effect.gen(function*() {
            const promotion = yield* Effect.forkChild(
              own(other.readModels, building, (batch) =>
                Effect.andThen(batch.save(changes({ checkpoint: Position(8) })), batch.promote))
            )
            yield* waiting(sql)
            yield* letGo
            return yield* Fiber.join(promotion)
          })
      )
      expect(promoted).toBe(false)
      expect(yield* readModels.live(wanted.name)).toMatchObject({ id: live.id, checkpoint: 9 })
    }))
  )
})

describe("readers", () => {
  test(
    "never fail and never read a partial rebuild while generations are swapped and dropped, in transactions or not",
    run(Effect.gen(function*() {
      const { other, readModels, sql } = yield* setUp
      const wanted = projection({ indexes: [{ name: "half", fields: [{ field: "half", kind: "Number" }] }] })
      const rows = (version: number) => Array.from({ length: 20 }, (_, n) => row(`key ${n}`, { version, half: n % 2 }))
      yield* goLive(readModels, wanted, { rows: rows(1) })
      const stop = yield* Ref.make(false)
      const reads = yield* Ref.make(0)
      const keys = rows(1).map(({ key }) => key)
      const query = Result.getOrThrow(RowQuery.check(wanted, { index: "half", where: { half: 0 } }))
      const reader = (
        store: Stores.Opened,
        selection: Parameters<Stores.Opened["readModels"]["read"]>[1],
        inTransaction: boolean
      ) =>
        Effect.gen(function*() {
          while (!(yield* Ref.get(stop))) {
            const once = store.readModels.read(wanted, selection)
            const selected = yield* inTransaction ? store.sql.withTransaction(once) : once
            const versions = new Set(selected.rows.map(({ state }) => (state as { readonly version: number }).version))
            expect([...versions]).toEqual([selected.generation.version])
            expect(selected.rows).toHaveLength(selection._tag === "Keys" ? 20 : 10)
            yield* Ref.update(reads, (n) => n + 1)
          }
        })
      const selections = [{ _tag: "Keys", keys }, { _tag: "Query", query }] as const
      const readers = yield* Effect.forEach(
        selections,
        (selection) =>
          Effect.forEach([true, false], (inTransaction) => Effect.forkChild(reader(other, selection, inTransaction)))
      )
      let swaps = 0
      for (const until = Date.now() + 2_500; Date.now() < until || swaps <= 10; swaps++) {
        const next = { ...wanted, version: swaps + 2 }
        const building = yield* build(readModels, next)
        yield* own(readModels, building, (batch) =>
          Effect.gen(function*() {
            yield* batch.save(changes({ rows: rows(next.version).slice(0, 10) }))
            yield* batch.save(changes({ rows: rows(next.version).slice(10) }))
            yield* batch.promote
          }))
        yield* readModels.open(next)
      }
      yield* Ref.set(stop, true)
      for (const fiber of readers.flat()) yield* Fiber.join(fiber)
      expect(yield* Ref.get(reads)).toBeGreaterThan(swaps)
      expect((yield* sql`select from pg_class where relname like 'rows_%' and relkind = 'r'`).length).toBeLessThan(100)
    }))
  )

  test(
    "with long reads keep their rows, because their generation is dropped later",
    run(Effect.gen(function*() {
      const { other, readModels, wanted } = yield* setUp
      const old = yield* goLive(readModels, wanted, { rows: [row("a", 1)] })
      const next = wanted
      yield* other.sql.withTransaction(Effect.gen(function*() {
        yield* read(other.readModels, wanted, ["a"])
        yield* goLive(readModels, next, { rows: [row("a", 2)] })
        // It must not wait for this reader, because the test would never end.
        yield* readModels.open(next)
        expect((yield* readModels.generations(wanted.name)).map(({ id }) => id)).toContain(old.id)
        expect(yield* read(other.readModels, wanted, ["a"], old.id)).toEqual([row("a", 1)])
      }))
      yield* readModels.open(next)
      expect((yield* readModels.generations(wanted.name)).map(({ id }) => id)).not.toContain(old.id)
    }))
  )

  test(
    "under REPEATABLE READ get the rows of their snapshot, or an error if these are dropped, and never others",
    run(Effect.gen(function*() {
      const { readModels, url, wanted } = yield* setUp
      const other = yield* Stores.open(url, { migrate: false })
      yield* goLive(readModels, wanted, { rows: [row("a", 1)] })
      const states = yield* other.sql.withTransaction(Effect.gen(function*() {
        yield* other.sql`set transaction isolation level repeatable read`
        const before = yield* read(other.readModels, wanted, ["a"])
        yield* goLive(readModels, wanted, { rows: [row("a", 2)] })
        return [before, yield* read(other.readModels, wanted, ["a"])]
      }))
      expect(states).toMatchObject([[{ state: 1 }], [{ state: 1 }]])
      const gone = yield* other.sql.withTransaction(Effect.gen(function*() {
        yield* other.sql`set transaction isolation level repeatable read`
        yield* other.sql`select 1`
        const live = yield* readModels.live(wanted.name)
        yield* goLive(readModels, wanted, { rows: [row("a", 3)] })
        yield* readModels.drop(live.id)
        return [yield* Effect.flip(read(other.readModels, wanted, ["a"])), yield* other.sql`select 1::int as one`]
      }))
      expect(gone).toMatchObject([{ _tag: "EventStoreError", operation: "read rows" }, [{ one: 1 }]])
    }))
  )

  test(
    "whose connection is lost continue on another one",
    run(Effect.gen(function*() {
      const { readModels, url, wanted } = yield* setUp
      yield* goLive(readModels, wanted, { rows: [row("lose this")] })
      const proxy = yield* Proxy.start(url)
      const lossy = yield* Stores.open(proxy.url, { migrate: false })
      const lost = proxy.loseAnswer("lose this")
      expect(yield* read(lossy.readModels, wanted, ["lose this"])).toEqual([row("lose this")])
      yield* Effect.promise(() => lost)
    }))
  )
})
