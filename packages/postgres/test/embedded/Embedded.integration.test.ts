// The embedded PostgreSQL behaves like a server: types, transactions, errors, notifications; and its folders.
import * as PgClient from "@effect/sql-pg/PgClient"
import * as PgTypes from "@effect/sql-pg/PgTypes"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Queue from "effect/Queue"
import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest"
import * as Embedded from "../../src/embedded/Embedded.ts"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"

const runtime = ManagedRuntime.make(Embedded.layer())
afterAll(() => runtime.dispose())

const run = <A, E>(effect: Effect.Effect<A, E, PgClient.PgClient>) => runtime.runPromise(effect)

const withSql = <A, E>(use: (sql: PgClient.PgClient) => Effect.Effect<A, E>) =>
  run(Effect.flatMap(PgClient.PgClient, use))

/** The driver has no codec for a record and destroys a connection whose answer is not UTF-8. */
const kill = (sql: PgClient.PgClient) => sql`select row(-1)`

const count = (sql: PgClient.PgClient) =>
  Effect.map(sql<{ n: number }>`select count(*)::int as n from item`, (rows) => rows[0]?.n)

beforeEach(() =>
  withSql((sql) =>
    Effect.andThen(sql`drop table if exists item`, sql`create table item (id int primary key, body jsonb)`)
  )
)

describe("queries", () => {
  test("parameters keep their types, including arrays and jsonb", async () => {
    const [row] = await withSql((sql) =>
      sql`select ${1}::int as i, ${"a"}::text as t, ${["x", "y"]}::text[] as ts, ${[1, 2]}::int[] as ns,
        ${PgTypes.jsonb({ deep: [1, { a: null }] })} as j, ${10n}::int8 as b`
    )
    expect(row).toEqual({ i: 1, t: "a", ts: ["x", "y"], ns: [1, 2], j: { deep: [1, { a: null }] }, b: 10n })
  })

  test("an answer larger than the driver's own limit of 16 MiB arrives", async () => {
    const [row] = await withSql((sql) => sql<{ t: string }>`select repeat('x', 20 * 1024 * 1024) as t`)
    expect(row?.t.length).toBe(20 * 1024 * 1024)
  })

  test("a unique violation is a SqlError with that reason", async () => {
    const error = await withSql((sql) =>
      Effect.flip(Effect.andThen(sql`insert into item values (1)`, sql`insert into item values (1)`))
    )
    expect(error.reason).toMatchObject({ _tag: "UniqueViolation", constraint: "item_pkey" })
  })
})

describe("transactions", () => {
  test("another connection does not read uncommitted writes of a transaction", async () => {
    const seen = await withSql((sql) =>
      Effect.gen(function*() {
        const written = yield* Deferred.make<void>()
        const writer = yield* Effect.forkChild(
          sql.withTransaction(
            sql`insert into item values (1)`.pipe(
              Effect.andThen(Deferred.succeed(written, undefined)),
              Effect.andThen(Effect.sleep("50 millis")),
              Effect.andThen(sql`insert into item values (2)`)
            )
          )
        )
        yield* Deferred.await(written)
        const during = yield* count(sql)
        yield* Fiber.join(writer)
        return during
      })
    )
    // There is one session: the reader waits for its turn and then reads all of the transaction, never a part of it.
    expect(seen).toBe(2)
  })

  test("a failure rolls back", async () => {
    const left = await withSql((sql) =>
      sql.withTransaction(Effect.andThen(sql`insert into item values (1)`, Effect.fail("no"))).pipe(
        Effect.ignore,
        Effect.andThen(count(sql))
      )
    )
    expect(left).toBe(0)
  })

  test("an interruption rolls back", async () => {
    const left = await withSql((sql) =>
      sql.withTransaction(Effect.andThen(sql`insert into item values (1)`, Effect.never)).pipe(
        Effect.timeout("50 millis"),
        Effect.ignore,
        Effect.andThen(count(sql))
      )
    )
    expect(left).toBe(0)
  })

  test("a connection that is lost in a transaction leaves no open transaction", async () => {
    const [exit, left] = await withSql((sql) =>
      Effect.all([
        Effect.exit(sql.withTransaction(Effect.andThen(sql`insert into item values (1)`, kill(sql)))),
        count(sql)
      ])
    )
    expect(Exit.isFailure(exit)).toBe(true)
    expect(left).toBe(0)
  })

  test("a query that waits for another transaction can be interrupted before that transaction ends", async () => {
    const left = await withSql((sql) =>
      sql.withTransaction(Effect.gen(function*() {
        yield* sql`insert into item values (1)`
        // From the runtime, so that it does not join this transaction.
        const other = runtime.runFork(count(sql))
        yield* Effect.sleep("50 millis")
        yield* Fiber.interrupt(other)
        return yield* count(sql)
      }))
    )
    expect(left).toBe(1)
  })

  test("fifty concurrent transactions, a third of which fail, keep exactly the rows of the others", async () => {
    const ids = Array.from({ length: 50 }, (_, id) => id)
    const transaction = (sql: PgClient.PgClient, id: number) =>
      sql.withTransaction(Effect.gen(function*() {
        yield* sql`insert into item values (${id})`
        yield* Effect.yieldNow
        if (id % 3 === 0) return yield* Effect.fail("no")
        return yield* sql`update item set body = '1' where id = ${id}`
      }))
    const rows = await withSql((sql) =>
      Effect.forEach(ids, (id) => Effect.exit(transaction(sql, id)), { concurrency: "unbounded" }).pipe(
        Effect.andThen(sql<{ id: number }>`select id from item where body = '1' order by id`)
      )
    )
    expect(rows.map((row) => row.id)).toEqual(ids.filter((id) => id % 3 !== 0))
  })
})

describe("notifications", () => {
  test("every listener receives a notification, also after another one stops listening", async () => {
    const received = await withSql((sql) =>
      Effect.scoped(Effect.gen(function*() {
        const stays = yield* sql.listen("news")
        const first = yield* Effect.scoped(Effect.gen(function*() {
          const leaves = yield* sql.listen("news")
          yield* sql.notify("news", "one")
          return yield* Effect.all([Queue.take(stays), Queue.take(leaves)])
        }))
        yield* sql.notify("news", "two")
        return [...first, yield* Queue.take(stays)].map((notification) => notification.payload)
      }))
    )
    expect(received).toEqual(["one", "one", "two"])
  })
})

describe("connections", () => {
  test("closed connections leave no prepared statements and no LISTEN", async () => {
    const round = (sql: PgClient.PgClient) =>
      Effect.scoped(Effect.gen(function*() {
        yield* sql.listen("leak")
        yield* Effect.exit(kill(sql))
      }))
    const held = (sql: PgClient.PgClient) =>
      Effect.map(
        sql<{ statements: number; channels: number }>`select
          (select count(*)::int from pg_prepared_statements) as statements,
          (select count(*)::int from pg_listening_channels()) as channels`,
        (rows) => rows[0]
      )
    const [early, late] = await withSql((sql) =>
      Effect.all([
        Effect.andThen(Effect.repeat(round(sql), { times: 10 }), held(sql)),
        Effect.andThen(Effect.repeat(round(sql), { times: 30 }), held(sql))
      ])
    )
    expect(late?.channels).toBe(0)
    expect(late?.statements).toBeLessThanOrEqual(early?.statements ?? 0)
  })
})

/** The result of reading a file as another user. Only root can run a program as another user; otherwise the result is empty. */
const readByOther = (file: string): ReadonlyArray<string> =>
  process.getuid?.() === 0
    ? spawnSync("cat", [file], { uid: 65534, gid: 65534, encoding: "utf8" }).stdout.split("\n").filter((line) =>
      line !== ""
    )
    : []

/** Whether every user may enter a folder and those above it. */
const isOpenToOthers = (path: string): boolean =>
  (Fs.statSync(path).mode & 0o005) === 0o005 && (Path.dirname(path) === path || isOpenToOthers(Path.dirname(path)))

describe("a folder", () => {
  let folder = ""
  beforeEach(() => {
    folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "refold-embedded-"))
  })
  afterEach(() => Fs.rmSync(folder, { recursive: true, force: true }))

  const inFolder = <A, E>(dataDir: string, use: (sql: PgClient.PgClient) => Effect.Effect<A, E>) =>
    Effect.runPromise(
      Effect.flatMap(PgClient.PgClient, use).pipe(Effect.provide(Embedded.layer({ dataDir }), { local: true }))
    )

  const child = (script: string, ...flags: ReadonlyArray<string>) =>
    spawnSync(process.execPath, [...flags, "--input-type=module", "-e", script], {
      cwd: Path.join(import.meta.dirname, ".."),
      encoding: "utf8"
    })

  const head = (dataDir?: string) => `
    import { PgClient } from "@effect/sql-pg"
    import * as Effect from "effect/Effect"
    import * as Embedded from "../src/embedded/Embedded.ts"
    const layer = Embedded.layer(${dataDir === undefined ? "" : JSON.stringify({ dataDir })})`

  test("keeps its rows when it is closed and reopened", async () => {
    const nested = Path.join(folder, "a", "b")
    await inFolder(nested, (sql) => Effect.andThen(sql`create table kept (id int)`, sql`insert into kept values (7)`))
    expect(await inFolder(nested, (sql) => sql`select id from kept`)).toEqual([{ id: 7 }])
    expect(Fs.existsSync(Path.join(nested, "refold.lock"))).toBe(false)
  })

  test("is READ COMMITTED regardless of the database's default", async () => {
    await EmbeddedStore.fill(folder)
    await inFolder(
      folder,
      (sql) => sql`alter database postgres set default_transaction_isolation = 'repeatable read'`
    )
    expect(await inFolder(folder, (sql) => sql`show transaction_isolation`))
      .toEqual([{ transaction_isolation: "read committed" }])
  })

  test("keeps committed rows and loses uncommitted ones when its process is killed", async () => {
    await EmbeddedStore.fill(folder)
    const killed = child(`${head(folder)}
      await Effect.runPromise(Effect.gen(function*() {
        const sql = yield* PgClient.PgClient
        yield* sql\`create table kept (id int)\`
        yield* sql\`insert into kept values (1)\`
        yield* sql.withTransaction(Effect.andThen(
          sql\`insert into kept values (2)\`,
          Effect.sync(() => process.kill(process.pid, "SIGKILL"))))
      }).pipe(Effect.provide(layer)))`)
    expect(killed).toMatchObject({ signal: "SIGKILL", stderr: "" })
    expect(await inFolder(folder, (sql) => sql`select id from kept`)).toEqual([{ id: 1 }])
  })

  test("cannot be opened twice", async () => {
    await EmbeddedStore.fill(folder)
    const error = await inFolder(
      folder,
      () => Effect.promise(() => inFolder(folder, () => Effect.void).then(() => undefined, (cause: unknown) => cause))
    )
    expect(error).toMatchObject({
      _tag: "EmbeddedUnavailable",
      reason: "FolderInUse",
      owner: { host: Os.hostname(), pid: process.pid }
    })
  })

  test("is made private to its user, even if it existed with rights for others", async () => {
    const shared = Path.join(folder, "shared")
    const created = Path.join(folder, "created")
    Fs.chmodSync(folder, 0o755)
    Fs.mkdirSync(shared)
    Fs.chmodSync(shared, 0o777)
    for (const dataDir of [shared, created]) {
      await inFolder(dataDir, (sql) => sql`select 1`)
      expect((Fs.statSync(dataDir).mode & 0o777).toString(8)).toBe("700")
      const control = Path.join(dataDir, "global", "pg_control")
      expect(Fs.existsSync(control)).toBe(true)
      expect(readByOther(control)).toEqual([])
    }
  })

  test("that holds a database and is writable by others is refused, and opened once these rights are removed", async () => {
    const dataDir = Path.join(folder, "shared")
    await inFolder(dataDir, (sql) => sql`select 1`)
    for (const mode of [0o770, 0o702]) {
      Fs.chmodSync(dataDir, mode)
      await expect(inFolder(dataDir, () => Effect.void)).rejects.toMatchObject({
        reason: "FolderUnusable",
        message: expect.stringContaining("other users can write to it, and may have changed the database")
      })
      expect(Fs.statSync(dataDir).mode & 0o777).toBe(mode)
    }
    Fs.chmodSync(dataDir, 0o755)
    await inFolder(dataDir, (sql) => sql`select 1`)
  })

  const isRoot = process.geteuid?.() === 0
  test.skipIf(!isRoot)(
    `of another user is refused to root and not changed${isRoot ? "" : " (skipped: needs root)"}`,
    async () => {
      Fs.chownSync(folder, 65534, 65534)
      await expect(inFolder(folder, () => Effect.void)).rejects.toMatchObject({
        reason: "FolderUnusable",
        message:
          `The folder ${folder} cannot be used: it belongs to user 65534, and this program runs as user 0: run it as the owner, give the folder to this user with chown -R 0, or use another folder`
      })
      expect([Fs.readdirSync(folder), Fs.statSync(folder).uid]).toEqual([[], 65534])
    }
  )

  // Another user must be able to read the program.
  const canTest = process.getuid?.() === 0 && isOpenToOthers(import.meta.dirname)
  test.skipIf(!canTest)(
    `of root is refused to another user${
      canTest ? "" : " (skipped: needs root, and a checkout that other users can read)"
    }`,
    () => {
      Fs.chmodSync(folder, 0o777)
      const out = child(`${head(folder)}
        await import("@electric-sql/pglite")
        process.setgid(65534)
        process.setuid(65534)
        const error = await Effect.runPromise(Effect.flip(Effect.provide(Effect.void, layer)))
        console.log(error.reason, error.message)`)
      expect(out.stdout).toBe(
        `FolderUnusable The folder ${folder} cannot be used: it belongs to user 0, and this program runs as user 65534: run it as the owner, give the folder to this user with chown -R 65534, or use another folder\n`
      )
      expect(Fs.readdirSync(folder)).toEqual([])
    }
  )

  test("that is a file, or holds other files, is refused and not changed", async () => {
    const file = Path.join(folder, "notes.txt")
    Fs.writeFileSync(file, "mine")
    for (const dataDir of [file, folder]) {
      await expect(inFolder(dataDir, () => Effect.void)).rejects
        .toMatchObject({ _tag: "EmbeddedUnavailable", reason: "FolderUnusable" })
    }
    expect(Fs.readdirSync(folder)).toEqual(["notes.txt"])
  })

  test("fails with NotInstalled if PGlite is not installed", () => {
    const hook = `import { registerHooks } from "node:module"
      registerHooks({ resolve: (name, context, next) => {
        if (name === "@electric-sql/pglite") throw Object.assign(new Error(name), { code: "ERR_MODULE_NOT_FOUND" })
        return next(name, context)
      } })`
    const out = child(
      `${head()}
      const error = await Effect.runPromise(Effect.flip(Effect.provide(Effect.void, layer)))
      console.log(error._tag, error.reason)`,
      "--import",
      `data:text/javascript,${encodeURIComponent(hook)}`
    )
    expect(out).toMatchObject({ stdout: "EmbeddedUnavailable NotInstalled\n", stderr: "" })
  })
})
