// A store where nothing is due opens with one statement, after one that checks the owner of the schema, in every way of opening
// it. If that statement fails, it opens with separate statements.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as EventStore from "@refold/store/log/EventStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"
import { tracing } from "../support/Tracing.ts"

const run = (body: Effect.Effect<void, unknown, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

const onServer = (options: Partial<PostgresStore.ServerOptions>) => (url: string) =>
  Layer.build(PostgresStore.layer({ url: Redacted.make(url), ...options }))

const onClient = (url: string) =>
  Layer.build(Layer.provideMerge(PostgresStore.layerClient(), PgClient.layer({ url: Redacted.make(url) })))

const ways: Readonly<Record<string, (url: string) => Effect.Effect<unknown, unknown, Scope.Scope>>> = {
  "by its url": onServer({}),
  "without migrating": onServer({ migrate: false }),
  "behind a pooler": onServer({ pooler: true }),
  "on the application's client": onClient,
  "to migrate in a deployment": (url) =>
    Effect.flatMap(
      Stores.connect(url),
      (sql) => Effect.provideService(PostgresStore.migrate(), SqlClient.SqlClient, sql)
    )
}

/** The names of the spans of an effect: the driver has one for each statement and one more for each transaction. */
const statements = Effect.fnUntraced(function*(effect: Effect.Effect<unknown, unknown, Scope.Scope>) {
  const { capture, spans } = tracing()
  yield* capture(effect)
  return spans.map(({ name }) => name)
})

const setDefault = (url: string, level: string) =>
  Effect.flatMap(
    Stores.connect(url),
    (admin) =>
      admin.unsafe(`alter database ${new URL(url).pathname.slice(1)} set default_transaction_isolation = '${level}'`)
  )

const lastDrawn = (sql: SqlClient.SqlClient) =>
  Effect.map(sql<{ last: number }>`select last_value::int as last from refold.event_position`, ([row]) => row!.last)

describe.each(Object.entries(ways))("a store that is opened %s", (way, open) => {
  test(
    "opens with one statement if nothing is due, and with one more before it if it may migrate",
    run(Effect.gen(function*() {
      const { url } = yield* Stores.open(yield* freshDatabase())
      expect(yield* statements(open(url))).toHaveLength(way === "without migrating" ? 1 : 2)
    }))
  )
})

describe.each(["read committed", "repeatable read", "serializable"])("if %s is the sessions' default", (level) => {
  test.each(["by its url", "behind a pooler", "on the application's client", "to migrate in a deployment"])(
    "opening a store %s repairs a position counter that is behind",
    (way) =>
      run(Effect.gen(function*() {
        const { sql, store, url } = yield* Stores.open(yield* freshDatabase())
        for (let n = 0; n < 3; n++) yield* store.append(Stores.freshStream(), [Stores.event()])
        yield* setDefault(url, level)
        yield* sql`select setval('refold.event_position', 1)`
        yield* ways[way]!(url)
        expect(yield* lastDrawn(sql)).toBe(3)
      }))()
  )
})

test(
  "a role that may neither read the migrations nor repair the counter opens a store without migrating",
  run(Effect.gen(function*() {
    const opened = yield* Stores.open(yield* freshDatabase())
    yield* opened.store.append(Stores.freshStream(), [Stores.event()])
    const url = yield* LoginRole.login(opened, "narrow", [
      "USAGE ON SCHEMA refold",
      "SELECT ON refold.event_store, refold.event_position, refold.log_instance",
      "EXECUTE ON FUNCTION refold.read_head, refold.require_instance"
    ])
    const { store } = yield* Stores.open(url, { migrate: false })
    expect(yield* store.head).toBe(1)
  }))
)

test(
  "a schema is migrated inside a transaction of the caller, which stays usable",
  run(Effect.gen(function*() {
    const url = yield* freshDatabase()
    const sql = yield* Stores.connect(url)
    const migrate = Effect.provideService(PostgresStore.migrate(), SqlClient.SqlClient, sql)
    yield* sql.withTransaction(Effect.andThen(migrate, sql`create table public.after_it (n int)`))
    const services = yield* onServer({ migrate: false })(url)
    yield* Context.get(services, EventStore.EventStore).append(Stores.freshStream(), [Stores.event()])
    expect(yield* sql`select from public.after_it`).toEqual([])
  }))
)
