import { PostgresStore } from "@refold/postgres"
import { Effect, Fiber, Layer, Option, Redacted, Result, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { EventReader, IdempotencyKeys, ProcessInstances, ProjectionStatus, ReadModel } from "refold"
import { describe, expect, inject, it, test } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import * as Stores from "../../../packages/postgres/test/support/Stores.ts"
import { Giving } from "../../examples/Gifts.ts"
import { api, keeper, migrate, store, worker } from "../../examples/howto/Programs.ts"
import { Wallets } from "../../examples/Richest.ts"
import { regionOf } from "../Quotes.ts"

const kinds = {
  api: "writer",
  worker: "projector",
  reader: "reader",
  keeper: "key-expiry",
  importer: "sql-writer"
} as const
const roles = ["shop_owner", "api", "worker", "reader", "keeper", "importer"] as const
type Role = typeof roles[number]

// Roles belong to the server, which other tests may use: each gets a name of its own, and the server's password.
const nameOf = (role: string) => `${role}_${process.pid}`
const password = () => decodeURIComponent(new URL(inject("postgresUrl")).password)

const region = (name: string) => regionOf(`docs/examples/howto/roles.sql#${name}`).replaceAll(/^--.*\n/gm, "").trim()

/** The statements of a region, for the database and the roles of this test. */
const statements = (url: string, name: string) =>
  region(name)
    .replaceAll(new RegExp(`\\b(${roles.join("|")})\\b`, "g"), nameOf)
    .replaceAll(/DATABASE shop\b/g, `DATABASE ${new URL(url).pathname.slice(1)}`)
    .split(/;\n(?=CREATE|GRANT|REVOKE)/)

const as = (url: string, role: Role) => {
  const address = new URL(url)
  address.username = nameOf(role)
  return Redacted.make(address.href)
}

/** A migrated database with the roles of the page, and these regions besides. */
const database = Effect.fnUntraced(function*(besides: ReadonlyArray<string>) {
  const url = yield* freshDatabase()
  const administrator = yield* Stores.connect(url)
  const run = (texts: ReadonlyArray<string>) => Effect.forEach(texts, (text) => administrator.unsafe(text))
  const withPassword = (role: Role) =>
    password() === ""
      ? Effect.void
      : run([`ALTER ROLE ${nameOf(role)} PASSWORD '${password().replaceAll("'", "''")}'`])
  yield* run(statements(url, "owner"))
  yield* withPassword("shop_owner")
  yield* migrate(as(url, "shop_owner"))
  for (const name of [...Object.keys(kinds), "connect", ...besides]) yield* run(statements(url, name))
  yield* Effect.forEach(roles, withPassword)
  const drop = roles.toReversed().flatMap((
    role
  ) => [`DROP OWNED BY ${nameOf(role)} CASCADE`, `DROP ROLE ${nameOf(role)}`])
  yield* Effect.addFinalizer(() => Effect.orDie(run(drop)))
  return url
})

const onDatabase = <A, E>(body: (url: string) => Effect.Effect<A, E>, besides: ReadonlyArray<string> = ["locks"]) =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(database(besides), body)))

const untilDone = Effect.repeat(
  Effect.delay(Effect.map(ProcessInstances.get(Giving, "1"), ({ state }) => state.pending.phase), "20 millis"),
  { until: (phase) => phase === "Succeeded" }
)

test.each(Object.entries(kinds))("the rights of the %s are those that PostgresStore.grants renders", (role, kind) => {
  const rendered = Result.getOrThrow(PostgresStore.grants(role, kind)).map((statement) => `${statement};`)
  expect(region(role).split("\n").slice(1).join("\n")).toBe(rendered.join("\n"))
})

describe("the programs, each with the rights of its role", () => {
  it("share the work; when a worker stops, the other continues", () =>
    onDatabase((url) =>
      Effect.gen(function*() {
        const start = Effect.forkChild(Effect.provide(worker, store(as(url, "worker")), { local: true }))
        const first = yield* start
        yield* start
        const served = Effect.gen(function*() {
          yield* api.deposit("ada", 1000, "wire-1")
          yield* api.deposit("ada", 1000, "wire-1")
          yield* api.promise("1", "ada", "bob", 300)
          yield* untilDone
          yield* Fiber.interrupt(first)
          const last = yield* api.deposit("bob", 5, "wire-2")
          yield* ReadModel.awaitPosition(Wallets, last, { timeout: "1 minute" })
          return (yield* api.richest).rows.map(({ key, state }) => [key, state.cents])
        })
        expect(yield* Effect.provide(served, store(as(url, "api")), { local: true }))
          .toEqual([["wallet-ada", 700], ["wallet-bob", 305]])

        const seen = Effect.gen(function*() {
          const { live } = yield* ProjectionStatus.of(Wallets)
          const { rows } = yield* api.richest
          const sql = yield* SqlClient.SqlClient
          const denied = yield* Effect.flip(sql`SELECT * FROM refold.append_event('wallet-ada', 'Deposited', '{}')`)
          const reader = yield* EventReader.EventReader
          const log = yield* Stream.runCollect(reader.readAll())
          return {
            live,
            rows: rows.length,
            denied: Object(denied.reason.cause).code,
            isWhole: log.at(-1)?.position === (yield* reader.head),
            first: (yield* Stream.runCollect(Stream.take(reader.subscribe(), 1))).map(({ position }) => position)
          }
        })
        expect(yield* Effect.provide(seen, store(as(url, "reader")), { local: true }))
          .toMatchObject({
            live: { value: { version: 1, lag: 0 } },
            rows: 2,
            denied: "42501",
            isWhole: true,
            first: [1]
          })
      })
    ))

  it("the keeper deletes the keys that expire, and cannot read an event", () =>
    onDatabase((url) =>
      Effect.gen(function*() {
        yield* Effect.provide(api.deposit("ada", 1, "wire-1"), store(as(url, "api")), { local: true })
        const kept = Effect.gen(function*() {
          yield* Effect.sleep("5 millis")
          const sql = yield* SqlClient.SqlClient
          const denied = yield* Effect.flip(sql`SELECT * FROM refold.event_store`)
          // It never ends, and keeps what is younger than a week.
          expect(yield* Effect.timeoutOption(keeper, "100 millis")).toEqual(Option.none())
          return [yield* IdempotencyKeys.expire({ olderThan: "1 millis" }), Object(denied.reason.cause).code]
        })
        expect(yield* Effect.provide(kept, store(as(url, "keeper")), { local: true })).toEqual([1, "42501"])
      })
    ))

  it("the importer appends by SQL, and can read nothing", () =>
    onDatabase((url) =>
      Effect.gen(function*() {
        const imported = Effect.gen(function*() {
          const sql = yield* SqlClient.SqlClient
          const appended = yield* sql`SELECT * FROM refold.append_event('wallet-ada', 'Withdrawn', '{"cents": 5}')`
          const denied = yield* Effect.flip(sql`SELECT * FROM refold.read_stream('wallet-ada')`)
          return [appended.length, Object(denied.reason.cause).code]
        })
        expect(yield* Effect.provide(imported, store(as(url, "importer")), { local: true })).toEqual([1, "42501"])
      })
    ))
})

describe("a store that is not migrated, or by a role that may not", () => {
  it("fails with one line that names the cause", () =>
    onDatabase((url) =>
      Effect.gen(function*() {
        const opened = (role: Role) =>
          Effect.flip(Effect.scoped(Layer.build(PostgresStore.layer({ url: as(url, role), schema: "other" }))))
        const missing = PostgresStore.layer({ url: Redacted.make(url), schema: "other", migrate: false })
        const unused = Effect.flip(Effect.scoped(Layer.build(missing)))
        const lines = [(yield* opened("api")).message, (yield* unused).message].map((line) =>
          line.replaceAll(/refold_[0-9a-f]{32}/g, "shop").replaceAll(nameOf("api"), "api")
        )
        yield* Effect.promise(() =>
          expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("../../outputs/howto-not-migrated.txt")
        )
      }), []))
})
