// Schemas that another role has created beforehand, or may create objects in: functions of the store run with the rights of
// their owner and use these objects. Such a schema is refused, and nothing is changed.
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as SqlSchema from "../../src/schema/SqlSchema.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"

const run = <E>(body: Effect.Effect<void, E, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

/** A database with an administrator, an owner that may create schemas, and another role that may, too. */
const setUp = Effect.gen(function*() {
  const url = yield* freshDatabase()
  const admin = yield* Stores.connect(url)
  const create = `create on database ${new URL(url).pathname.slice(1)}`
  const owner = yield* LoginRole.login({ sql: admin, url }, "owner", [create])
  const mallory = yield* LoginRole.login({ sql: admin, url }, "mallory", [create])
  const names = { owner: LoginRole.nameOf(owner), mallory: LoginRole.nameOf(mallory) }
  return { admin, mallory: yield* Stores.connect(mallory), names, owner, url }
})

type SetUp = Effect.Success<typeof setUp>

const commands: ReadonlyArray<
  readonly [
    string,
    (setUp: SetUp) => ReadonlyArray<readonly ["admin" | "mallory", string]>,
    (mallory: string) => string
  ]
> = [
  [
    "made by another role",
    () => [["mallory", "create schema refold"]],
    (mallory) => `the schema "refold" belongs to the role ${mallory}: migrate as that role, or choose another schema`
  ],
  [
    "of the tables of rows made by another role",
    () => [["mallory", "create schema refold_rows"]],
    (mallory) =>
      `the schema "refold_rows" belongs to the role ${mallory}: migrate as that role, or choose another schema`
  ],
  [
    "in which another role may create objects",
    ({ names: { mallory, owner } }) => [
      ["admin", `create schema refold authorization ${owner}`],
      ["admin", `grant create on schema refold to ${mallory}`]
    ],
    (mallory) =>
      `the schema "refold" lets the role ${mallory} create objects: REVOKE CREATE ON SCHEMA refold FROM ${mallory}, or choose another schema`
  ],
  [
    "in which every role may create objects",
    ({ names: { owner } }) => [
      ["admin", `create schema refold authorization ${owner}`],
      ["admin", "grant create on schema refold to public"]
    ],
    () =>
      "the schema \"refold\" lets the role PUBLIC create objects: REVOKE CREATE ON SCHEMA refold FROM PUBLIC, or choose another schema"
  ],
  [
    "in which another role has left a function",
    ({ names: { mallory, owner } }) => [
      ["admin", `create schema refold authorization ${owner}`],
      ["admin", `grant usage, create on schema refold to ${mallory}`],
      ["mallory", "create function refold.problem(text, varchar) returns jsonb language sql return '{}'::jsonb"],
      ["admin", `revoke create on schema refold from ${mallory}`]
    ],
    (mallory) =>
      `the schema "refold" has objects of the role ${mallory}, such as refold.problem(pg_catalog.text,character varying): drop them, or choose another schema`
  ],
  [
    "in which another role has left a text search dictionary",
    ({ names: { mallory, owner } }) => [
      ["admin", `create schema refold authorization ${owner}`],
      ["admin", `grant usage, create on schema refold to ${mallory}`],
      ["mallory", "create text search dictionary refold.simple (template = pg_catalog.simple)"],
      ["admin", `revoke create on schema refold from ${mallory}`]
    ],
    (mallory) =>
      `the schema "refold" has objects of the role ${mallory}, such as refold.simple: drop them, or choose another schema`
  ],
  [
    "in which another role has left a table",
    ({ names: { mallory, owner } }) => [
      ["admin", `create schema refold authorization ${owner}`],
      ["admin", `grant usage, create on schema refold to ${mallory}`],
      ["mallory", "create table refold.migrations (migration_id int)"],
      ["admin", `revoke create on schema refold from ${mallory}`]
    ],
    (mallory) =>
      `the schema "refold" has objects of the role ${mallory}, such as refold.migrations: drop them, or choose another schema`
  ]
]

describe.each(["the owner", "a superuser"])("%s does not migrate a schema", (kind) => {
  test.each(commands)("%s", (_, beforehand, problem) =>
    run(Effect.gen(function*() {
      const made = yield* setUp
      for (const [role, statement] of beforehand(made)) yield* made[role].unsafe(statement)
      const before = yield* made.admin`select count(*)::int as functions from pg_proc`
      const error = yield* Effect.flip(Stores.open(kind === "the owner" ? made.owner : made.url))
      const { mallory, owner } = made.names
      // A superuser also refuses a schema that it would share with another role.
      const expected = kind === "a superuser" && beforehand(made).some(([, one]) =>
          one.includes(`authorization ${owner}`)
        )
        ? `the schema "refold" belongs to the role ${owner}: migrate as that role, or choose another schema`
        : problem(mallory)
      expect(error).toMatchObject({ _tag: "EventStoreError", message: `migrate failed: ${expected}` })
      expect(yield* made.admin`select count(*)::int as functions from pg_proc`).toEqual(before)
    }))())
})

test(
  "a store is not migrated if the rows of a dropped store exist",
  run(Effect.gen(function*() {
    const { admin, owner } = yield* setUp
    yield* Effect.scoped(Stores.open(owner))
    yield* admin`drop schema refold cascade`
    expect((yield* Effect.flip(Stores.open(owner))).message).toBe(
      "migrate failed: the schema \"refold_rows\" has the table rows already: if that is from a store that was dropped, " +
        "DROP SCHEMA \"refold_rows\" CASCADE"
    )
    yield* admin`drop schema refold_rows cascade`
    expect(yield* (yield* Stores.open(owner)).store.head).toBe(0)
  }))
)

test(
  "a role of which the owner was made a member is still not trusted",
  run(Effect.gen(function*() {
    const { admin, mallory, names, owner } = yield* setUp
    yield* mallory`create schema refold`
    yield* admin.unsafe(`grant ${names.mallory} to ${names.owner}`)
    expect((yield* Effect.flip(Stores.open(owner))).message).toContain(`belongs to the role ${names.mallory}`)
  }))
)

test(
  "objects of another role in public are not used while a store is migrated and application SQL is installed",
  run(Effect.gen(function*() {
    const { admin, mallory, names, owner } = yield* setUp
    yield* admin.unsafe(`grant create on schema public to ${names.mallory}`)
    // Matches the call more closely than PostgreSQL's own function, which takes any array.
    yield* mallory.unsafe(`create function public.array_remove(int[], int) returns int[] language plpgsql immutable as
      $$ begin raise exception 'a trap'; end $$`)
    yield* mallory.unsafe(`create function public.octet_length(varchar) returns int language plpgsql immutable as
      $$ begin raise exception 'a trap'; end $$`)
    for (
      const signature of ["hashtextextended(text, int)", "obj_description(oid, text)", "format(text, text, name, name)"]
    ) {
      yield* mallory.unsafe(`create function public.${signature} returns text language plpgsql immutable as
        $$ begin raise exception 'a trap'; end $$`)
    }
    const { sql, store } = yield* Stores.open(owner)
    for (const result of [1, 2]) {
      const files = [{ name: "f", text: `CREATE FUNCTION own.f() RETURNS int LANGUAGE sql RETURN ${result}` }]
      yield* Effect.provideService(SqlSchema.install({ name: "own", files }), SqlClient.SqlClient, sql)
      yield* sql.unsafe(`grant usage on schema own to ${names.mallory}`)
    }
    yield* store.append(Stores.freshStream(), [Stores.event()], { idempotency: { key: "k" } })
    expect(
      yield* admin`select from pg_depend d join pg_proc p on p.oid = d.refobjid and d.refclassid = 'pg_proc'::regclass
        where p.pronamespace = 'public'::regnamespace`
    ).toEqual([])
  }))
)

test(
  "application SQL is not installed over a schema of another role, with any comment",
  run(Effect.gen(function*() {
    const { admin, mallory, names, owner } = yield* setUp
    yield* Stores.open(owner)
    const files = [{ name: "f", text: "CREATE FUNCTION own.f() RETURNS int LANGUAGE sql RETURN 1" }]
    const install = (sql: SqlClient.SqlClient) =>
      Effect.provideService(SqlSchema.install({ name: "own", files }), SqlClient.SqlClient, sql)
    yield* mallory`create schema own`
    yield* mallory`create function own.f() returns int language sql return 2`
    yield* mallory`comment on schema own is 'Installed from files; dropped and created again when they change.'`
    const error = yield* Effect.flip(install(admin))
    expect(error.message).toContain(`the schema "own" belongs to the role ${names.mallory}`)
    expect(yield* mallory`select own.f() as f`).toEqual([{ f: 2 }])
  }))
)

/** A fake store of another role: in its table of migrations all have run, and the functions that an open calls are traps. */
const trap = (trapped: "migrations" | "functions"): ReadonlyArray<string> => [
  "create function refold.trap() returns int language plpgsql immutable as $$ begin raise exception 'a trap'; end $$",
  trapped === "migrations"
    ? "create view refold.migrations as select 1 + refold.trap() as migration_id"
    : "create table refold.migrations as select 1 as migration_id",
  "create function refold.repair_positions() returns bigint language sql immutable return refold.trap()",
  "grant usage on schema refold to public",
  "grant select on refold.migrations to public"
]

describe.each(["the owner", "a superuser"])("a fake store of another role is not opened by %s", (kind) => {
  test.each(["migrations", "functions"] as const)("with a trap in its %s", (trapped) =>
    run(Effect.gen(function*() {
      const { mallory, names, owner, url } = yield* setUp
      for (const statement of ["create schema refold", ...trap(trapped)]) yield* mallory.unsafe(statement)
      const error = yield* Effect.flip(Stores.open(kind === "the owner" ? owner : url))
      expect(error.message).toBe(
        `migrate failed: the schema "refold" belongs to the role ${names.mallory}: migrate as that role, or choose another schema`
      )
    }))())

  test("in a schema in which it may create objects", () =>
    run(Effect.gen(function*() {
      const { admin, mallory, names, owner, url } = yield* setUp
      const opener = kind === "the owner" ? owner : url
      yield* admin.unsafe(`create schema refold authorization ${new URL(opener).username}`)
      yield* admin.unsafe(`grant usage, create on schema refold to ${names.mallory}`)
      for (const statement of trap("functions").slice(0, 3)) yield* mallory.unsafe(statement)
      yield* admin.unsafe(`revoke create on schema refold from ${names.mallory}`)
      const error = yield* Effect.flip(Stores.open(opener))
      expect(error.message).toContain(
        `migrate failed: the schema "refold" has objects of the role ${names.mallory}, such as refold.`
      )
    }))())
})

test(
  "a fake store of another role is not opened inside a transaction of the caller",
  run(Effect.gen(function*() {
    const { mallory, names, owner } = yield* setUp
    for (const statement of ["create schema refold", ...trap("functions")]) yield* mallory.unsafe(statement)
    const sql = yield* Stores.connect(owner)
    const migrating = Effect.provideService(PostgresStore.migrate(), SqlClient.SqlClient, sql)
    expect((yield* Effect.flip(sql.withTransaction(migrating))).message).toContain(
      `belongs to the role ${names.mallory}`
    )
  }))
)

test(
  "a role that may not create schemas opens the store of another role with `migrate: true`",
  run(Effect.gen(function*() {
    const { admin, owner } = yield* setUp
    yield* Stores.open(owner)
    const writer = yield* LoginRole.ofKind({ sql: admin, url: owner }, ["writer"])
    expect(yield* (yield* Stores.open(writer)).store.head).toBe(0)
  }))
)

describe("a migration", () => {
  /** The warnings that opening a store logs. */
  const warnings = (url: string) =>
    Effect.gen(function*() {
      const logged: Array<string> = []
      const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
        if (logLevel === "Warn") logged.push(String(message))
      })
      yield* Effect.provide(Effect.scoped(Stores.open(url)), Logger.layer([logger]))
      return logged
    })

  test(
    "by a superuser logs one warning, with the remedy",
    run(Effect.gen(function*() {
      const { url } = yield* setUp
      const [warning, ...more] = yield* warnings(url)
      expect(warning).toContain(`the superuser "${new URL(url).username}" has migrated the schema "refold"`)
      expect(warning).toContain("CREATE ROLE refold_owner LOGIN")
      expect([more, yield* warnings(url)]).toEqual([[], []])
    }))
  )

  test(
    "by any other role logs no warning",
    run(Effect.gen(function*() {
      const { owner } = yield* setUp
      expect(yield* warnings(owner)).toEqual([])
    }))
  )
})
