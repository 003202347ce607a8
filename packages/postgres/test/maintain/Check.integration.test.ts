// The diagnoses of a check: the server, the schema and the role.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as MemoryStore from "@refold/memory/MemoryStore"
import type { Maintenance } from "@refold/store/maintain/Maintenance"
import * as Store from "@refold/store/maintain/Store"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"
import * as Doctor from "../../src/maintain/internal/Doctor.ts"
import * as PoolerProbe from "../../src/maintain/internal/PoolerProbe.ts"
import * as PostgresStore from "../../src/PostgresStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"

const run = <E>(body: Effect.Effect<void, E, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

const checked = <E>(layer: Layer.Layer<Maintenance, E, Scope.Scope>) =>
  Effect.scoped(Effect.flatMap(Layer.build(Layer.fresh(layer)), (store) => Effect.provideContext(Store.check, store)))

const server = (url: string, options: Partial<PostgresStore.ServerOptions> = {}) =>
  PostgresStore.layer({ url: Redacted.make(url), ...options })

/** The diagnosis of a point. */
const pointOf = (url: string, point: string, options: Partial<PostgresStore.ServerOptions> = {}) =>
  Effect.map(checked(server(url, options)), (all) => all.find(({ _tag }) => _tag === point))

it(
  "each point is checked on a server and on the embedded database, and none in memory",
  run(Effect.gen(function*() {
    const points = "ServerVersion SchemaVersion Import Rights Isolation Encoding Pooler Clock Connections Primary"
      .split(" ")
    const onServer = yield* checked(server(yield* freshDatabase()))
    expect(onServer.map(({ _tag }) => _tag)).toEqual(points)
    expect(onServer.filter(({ severity }) => severity !== "Ok")).toMatchObject([{
      _tag: "Rights",
      severity: "Warning"
    }])
    expect(onServer.every(({ message }) => message !== "" && !message.includes("\n"))).toBe(true)
    const embedded = yield* checked(PostgresStore.layerEmbedded())
    expect(embedded.map(({ _tag, severity }) => [_tag, severity])).toEqual(points.map((point) => [point, "Ok"]))
    expect(yield* checked(MemoryStore.layer)).toEqual([])
  }))
)

describe("the rights of a role", () => {
  const rightsOf = (kinds: ReadonlyArray<PostgresStore.RoleKind>) =>
    Effect.gen(function*() {
      const url = yield* freshDatabase()
      const admin = { sql: yield* Stores.connect(url), url }
      const owner = yield* LoginRole.login(admin, "owner", [`create on database ${new URL(url).pathname.slice(1)}`])
      const owned = yield* pointOf(owner, "Rights")
      const role = yield* LoginRole.login(admin, "role", [])
      for (const kind of kinds) {
        for (const statement of Result.getOrThrow(PostgresStore.grants(LoginRole.nameOf(role), kind))) {
          yield* admin.sql.unsafe(statement)
        }
      }
      if (kinds.length === 0) yield* admin.sql.unsafe(`grant usage on schema refold to ${LoginRole.nameOf(role)}`)
      return { owned, held: yield* pointOf(role, "Rights", { migrate: false }) }
    })

  it.each<[ReadonlyArray<PostgresStore.RoleKind>, string, string]>([
    [["reader"], "Ok", "reader"],
    [["writer"], "Ok", "reader, writer, sql-writer"],
    [["projector"], "Ok", "reader, projector"],
    [["writer", "projector"], "Ok", "reader, writer, projector, sql-writer"],
    [[], "Error", ""]
  ])("of %j are %s: %s", (kinds, severity, held) =>
    run(Effect.gen(function*() {
      const rights = yield* rightsOf(kinds)
      expect(rights.held).toMatchObject({ severity, details: { kinds: held } })
      expect(rights.owned).toMatchObject({ severity: "Warning", message: expect.stringContaining("owns the store") })
    }))())
})

it(
  "isolation, migrations, connections and an import are reported",
  run(Effect.gen(function*() {
    const url = yield* freshDatabase()
    const sql = yield* Stores.connect(url)
    const database = new URL(url).pathname.slice(1)
    yield* sql.unsafe(`alter database ${database} set default_transaction_isolation = 'repeatable read'`)
    yield* sql.unsafe(`alter database ${database} connection limit 2`)
    // The store's own pool sets READ COMMITTED.
    expect(yield* pointOf(url, "Isolation")).toMatchObject({ severity: "Ok" })
    const ownClient = Layer.provide(PostgresStore.layerClient(), PgClient.layer({ url: Redacted.make(url) }))
    expect(yield* checked(ownClient)).toContainEqual(expect.objectContaining({
      _tag: "Isolation",
      severity: "Warning",
      details: { isolation: "repeatable read" }
    }))
    expect(yield* pointOf(url, "Connections")).toMatchObject({ severity: "Warning", details: { max: 2 } })
    yield* sql`update refold.migrations set migration_id = 2`
    expect(yield* pointOf(url, "SchemaVersion")).toMatchObject({ severity: "Warning", details: { version: 2 } })
    const header = { kind: "header", format: "refold-store", version: 1, export: crypto.randomUUID(), upTo: 0 }
    yield* Effect.scoped(
      Effect.flatMap(
        Layer.build(server(url)),
        (store) =>
          Effect.ignore(Effect.provideContext(Store.importLines(Stream.succeed(JSON.stringify(header))), store))
      )
    )
    expect(yield* pointOf(url, "Import")).toMatchObject({ severity: "Error" })
  }))
)

it(
  "an encoding that cannot hold all texts is an error",
  run(Effect.gen(function*() {
    const url = new URL(yield* freshDatabase())
    const sql = yield* Stores.connect(url.href)
    const name = `ascii_${crypto.randomUUID().slice(0, 8)}`
    yield* Effect.acquireRelease(
      sql.unsafe(`create database ${name} template template0 encoding 'SQL_ASCII' locale 'C'`),
      () => Effect.orDie(sql.unsafe(`drop database ${name} with (force)`))
    )
    url.pathname = `/${name}`
    expect(yield* pointOf(url.href, "Encoding")).toMatchObject({
      severity: "Error",
      details: { encoding: "SQL_ASCII" }
    })
  }))
)

it(
  "a pool of one connection is not probed for a pooler",
  run(Effect.gen(function*() {
    expect(yield* pointOf(yield* freshDatabase(), "Pooler", { maxConnections: 1 }))
      .toMatchObject({ severity: "Ok", message: expect.stringContaining("not looked for") })
  }))
)

it.each<[string, PoolerProbe.Sessions | undefined, string]>([
  ["sessions of their own", { first: 1, second: 2, firstAgain: 1 }, "Ok"],
  ["one session for both", { first: 1, second: 1, firstAgain: 2 }, "Warning"],
  ["another session for the second statement", { first: 1, second: 2, firstAgain: 3 }, "Warning"],
  ["no second connection", undefined, "Ok"]
])("connections with %s are reported as %s", (_, sessions, severity) => {
  expect(PoolerProbe.diagnose(sessions)).toMatchObject({ _tag: "Pooler", severity })
})

it.each([
  ["within the duration of the query", 5000, 4000, 6000, 0, "Ok"],
  ["a second behind", 3000, 4000, 6000, -1000, "Ok"],
  ["more than a second behind", 2999, 4000, 6000, -1001, "Warning"],
  ["more than a second ahead", 7001, 4000, 6000, 1001, "Warning"]
])("a clock %s is reported", (_, now, before, after, milliseconds, severity) => {
  expect(Doctor.clock(now, before, after)).toMatchObject({ severity, details: { milliseconds } })
})
