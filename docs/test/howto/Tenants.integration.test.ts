// Hundreds of tenants on one pool, used at random: nothing of one tenant is seen by another, and connections are few.
import { Effect, Exit, Option, Redacted, Scope, Stream } from "effect"
import { EventReader, EventStore, ProjectionStatus, ReadModelStore } from "refold"
import { expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import { below, random } from "../../../packages/postgres/test/support/Seed.ts"
import * as Soak from "../../../packages/postgres/test/support/Soak.ts"
import * as Stores from "../../../packages/postgres/test/support/Stores.ts"
import * as Ticks from "../../../packages/postgres/test/support/Ticks.ts"
import { deposit, Tenants, tenants, wallets, work } from "../../examples/howto/Tenants.ts"

const count = Soak.size({ test: 100, full: 500 })
const names = Array.from({ length: count }, (_, n) => `t${n}`)

const onTenants = <A, E>(story: (url: string) => Effect.Effect<A, E, Tenants | Scope.Scope>) =>
  Effect.runPromise(Ticks.quietly(Effect.scoped(Effect.gen(function*() {
    const url = yield* freshDatabase()
    return yield* Effect.provide(story(url), tenants(Redacted.make(url)))
  }))))

const inTenant = <A, E, R>(tenant: string, effect: Effect.Effect<A, E, R>) =>
  Effect.provide(effect, Tenants.get(tenant))

const log = Effect.gen(function*() {
  return yield* Stream.runCollect((yield* EventReader.EventReader).readAll())
})

const until = <E, R>(check: Effect.Effect<boolean, E, R>) =>
  Effect.repeat(Effect.delay(check, "20 millis"), { until: (isSo) => isSo })

/** How many sessions the database has, without the one that asks. */
const sessions = (url: string) =>
  Effect.gen(function*() {
    const sql = yield* Stores.connect(url)
    const [row] = yield* sql<{ readonly count: number }>`
      SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
    return row!.count
  })

it("tenants that are opened, used and closed at random share nothing but the pool", () =>
  onTenants((url) =>
    Effect.gen(function*() {
      const expected = new Map(names.map((name) => [name, new Map<string, number>()]))
      const delivered: Array<readonly [tenant: string, from: string, key: string]> = []
      const deliver = (...one: readonly [string, string, string]) => Effect.sync(() => void delivered.push(one))
      const working = new Map<string, Scope.Closeable>()
      const step = Effect.gen(function*() {
        const tenant = names[below(count)]!
        const chance = random()
        const scope = working.get(tenant)
        if (chance < 0.6) {
          // The same wallets and keys in all tenants: a second deposit under a key is not stored.
          const [id, key] = [`w${below(3)}`, `k${below(4)}`]
          const own = expected.get(tenant)!
          yield* deposit(tenant, id, key.length, `${id}-${key}`)
          own.set(`${id}-${key}`, 1)
        } else if (chance < 0.7) yield* Tenants.invalidate(tenant)
        else if (scope === undefined && working.size < 20) {
          const opened = yield* Scope.make()
          working.set(tenant, opened)
          yield* Scope.provide(work(tenant, deliver), opened)
        } else if (scope !== undefined) {
          working.delete(tenant)
          yield* Scope.close(scope, Exit.void)
        }
      })
      yield* Effect.forEach(Array.from({ length: count * 10 }), () => step, { concurrency: 8, discard: true }).pipe(
        Effect.andThen(Effect.scoped(sessions(url))),
        // Ten of the pool, and one that listens.
        Effect.tap((open) => Effect.sync(() => expect(open).toBeLessThanOrEqual(11)))
      )
      for (const scope of working.values()) yield* Scope.close(scope, Exit.void)
      for (const [tenant, keys] of expected) {
        if (keys.size === 0) continue
        const scope = yield* Scope.make()
        yield* Scope.provide(work(tenant, deliver), scope)
        const events = yield* inTenant(tenant, log)
        expect(events.map(({ data, position }) => [(data as { from: string }).from, position]))
          .toEqual(Array.from({ length: keys.size }, (_, n) => [tenant, n + 1]))
        const isThere = (name: string) =>
          Effect.map(ProjectionStatus.of({ name }), ({ live }) => Option.exists(live, ({ lag }) => lag === 0))
        yield* until(inTenant(tenant, isThere("wallets")))
        yield* until(inTenant(tenant, isThere("mails")))
        const { rows } = yield* wallets(tenant)
        expect(rows.reduce((sum, { state }) => sum + state.movements, 0)).toBe(keys.size)
        const own = delivered.filter(([to]) => to === tenant)
        expect(new Set(own.map(([, from]) => from))).toEqual(new Set([tenant]))
        expect(new Set(own.map(([, , key]) => key))).toEqual(new Set(events.map(({ id }) => `mails:${id}`)))
        expect(
          (yield* inTenant(tenant, Effect.flatMap(ReadModelStore.ReadModelStore, (store) => store.generations())))
            .map(({ projection }) => projection).toSorted()
        ).toEqual(["mails", "wallets"])
        yield* Scope.close(scope, Exit.void)
      }
    })
  ))

it("an append notifies the subscribers of its tenant only, and a lock on a stream is of one tenant", () =>
  onTenants((url) =>
    Effect.gen(function*() {
      yield* deposit("north", "ada", 1, "first")
      yield* deposit("south", "ada", 1, "first")
      const heads: Array<number> = []
      const south = yield* Tenants.contextEffect("south")
      yield* Effect.forkScoped(Effect.provideContext(
        Effect.flatMap(EventReader.EventReader, ({ heads: all }) =>
          Stream.runForEach(all, (head) => Effect.sync(() => void heads.push(head)))),
        south
      ))
      yield* until(Effect.sync(() =>
        heads.length === 1
      ))
      // Another program holds the stream of the same name in the other tenant.
      const other = yield* Stores.connect(url)
      yield* other.withTransaction(Effect.gen(function*() {
        yield* Stores.appendBySql(other, "wallet-ada", "tenant_north")
        yield* deposit("south", "ada", 1, "second")
        yield* Effect.forEach([1, 2, 3], (n) => deposit("north", "bob", n, `b${n}`), { discard: true })
      }))
      yield* until(Effect.sync(() => heads.length === 2))
      yield* deposit("south", "bob", 1, "third")
      yield* until(Effect.sync(() => heads.length === 3))
      expect(heads).toEqual([1, 2, 3])
    })
  ))

it.each(["North", "a b", "x; DROP SCHEMA public", "é", "a".repeat(60), "x_rows"])(
  "a tenant called %j is refused",
  (tenant) =>
    onTenants(() =>
      Effect.gen(function*() {
        const refused = yield* Effect.flip(inTenant(tenant, Effect.flatMap(EventStore.EventStore, Effect.succeed)))
        expect(refused).toMatchObject({ _tag: "InvalidInput", field: "schema" })
      })
    )
)
