// The tests' own PostgreSQL: it answers, provides separate databases, and survives a restart and a crash.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect, inject, test, vi } from "vitest"
import * as FakeEngine from "./FakeEngine.ts"
import { freshDatabase } from "./freshDatabase.ts"
import * as PostgresBinaries from "./PostgresBinaries.ts"
import * as PostgresServer from "./PostgresServer.ts"
import * as RestartableServer from "./RestartableServer.ts"

const on = <A, E>(url: string, use: (sql: PgClient.PgClient) => Effect.Effect<A, E>) =>
  Effect.flatMap(PgClient.PgClient, use).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }), { local: true })
  )

const names = on(inject("postgresUrl"), (sql) => sql<{ datname: string }>`select datname from pg_database`).pipe(
  Effect.map((rows) => rows.map((row) => row.datname))
)

describe("the server of the run", () => {
  test("answers", async () => {
    const rows = await Effect.runPromise(on(inject("postgresUrl"), (sql) => sql`select 1 as one`))
    expect(rows).toEqual([{ one: 1 }])
  })

  test("provides fresh databases without common tables", async () => {
    const seen = await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const [first, second] = yield* Effect.all([freshDatabase(), freshDatabase()], { concurrency: 2 })
      yield* on(first, (sql) => sql`create table mine (id int)`)
      return yield* on(second, (sql) => sql`select to_regclass('mine')::text as mine`)
    })))
    expect(seen).toEqual([{ mine: null }])
  })

  test("drops a fresh database with its scope, even while a connection to it is open", async () => {
    const [name, before, after] = await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const outlives = yield* Effect.scope
      const [name, before] = yield* Effect.scoped(Effect.gen(function*() {
        const url = yield* freshDatabase()
        const client = yield* Layer.buildWithScope(PgClient.layer({ url: Redacted.make(url) }), outlives)
        yield* Context.get(client, PgClient.PgClient)`select 1`
        return [new URL(url).pathname.slice(1), yield* names] as const
      }))
      return [name, before, yield* names] as const
    })))
    expect(before).toContain(name)
    expect(after).not.toContain(name)
  })
})

describe.skipIf(RestartableServer.isMissing)(`a server from local binaries${RestartableServer.ifSkipped}`, () => {
  test("keeps committed rows through a restart and a crash, and is removed when stopped", async () => {
    const server = await RestartableServer.start()
    const ids = on(server.url, (sql) => sql`select id from kept order by id`)
    const keep = (id: number) => on(server.url, (sql) => sql`insert into kept values (${id})`)
    try {
      await Effect.runPromise(Effect.andThen(on(server.url, (sql) => sql`create table kept (id int)`), keep(1)))
      await server.restart()
      await Effect.runPromise(keep(2))
      await server.crash()
      expect(await Effect.runPromise(ids)).toEqual([{ id: 1 }, { id: 2 }])
    } finally {
      await server.stop()
    }
    expect((await Effect.runPromise(Effect.flip(ids))).reason._tag).toBe("ConnectionError")
  })

  test("has the settings of a production server: fsync on, 200 connections, loopback only", async () => {
    const server = await RestartableServer.start()
    const settings = on(
      server.url,
      (sql) =>
        sql`select current_setting('fsync') as fsync, current_setting('max_connections') as connections,
        current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets`
    )
    const rows = await Effect.runPromise(Effect.ensuring(settings, Effect.promise(server.stop)))
    expect(rows).toEqual([{ fsync: "on", connections: "200", addresses: "127.0.0.1", sockets: "" }])
  })
})

describe.skipIf(!PostgresBinaries.available(PostgresServer.wantedVersion()))("without DATABASE_URL", () => {
  /** The source of a server with this container engine. */
  const sourceBeside = (engine: FakeEngine.FakeEngine) =>
    Effect.promise(async () => {
      vi.stubEnv("DATABASE_URL", "")
      vi.stubEnv("DOCKER_HOST", engine.host)
      try {
        const server = await PostgresServer.start()
        await server.stop()
        return server.source
      } finally {
        vi.unstubAllEnvs()
      }
    })

  test("local binaries are used if the container engine cannot pull the image", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const engine = yield* FakeEngine.start({ isSilent: false })
      expect(yield* sourceBeside(engine)).toBe("local binaries")
      expect(engine.requests).toContain("/images/create")
    }))))

  test("local binaries are used if the container engine never answers, and no connection to it stays open", () =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const engine = yield* FakeEngine.start({ isSilent: true })
      expect(yield* sourceBeside(engine)).toBe("local binaries")
      expect(engine.requests).not.toEqual([])
      expect(yield* Effect.promise(engine.open)).toBe(0)
    }))))
})
