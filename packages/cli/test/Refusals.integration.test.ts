import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as SqlClient from "effect/sql/SqlClient"
import { expect, it } from "vitest"
import { freshDatabase } from "../../postgres/test/support/freshDatabase.ts"
import * as LoginRole from "../../postgres/test/support/LoginRole.ts"
import { records, run, shop } from "./support/Cli.ts"
import * as Shops from "./support/Shops.ts"

const scoped = <E>(effect: Effect.Effect<void, E, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))

const command = (url: string, ...args: ReadonlyArray<string>) =>
  Effect.promise(() => run(args, { cwd: shop, env: { DATABASE_URL: url } }))

it("a server that cannot be reached is one line, without the password", async () => {
  for (
    const args of [["status"], ["show", "a-1"], ["tail"], ["migrate", "--yes"], ["migrate", "status"], [
      "parked",
      "list"
    ]]
  ) {
    const ended = await run([...args, "--url", "postgres://app:sesame@127.0.0.1:1/shop"])
    expect(ended).toMatchObject({ code: 1, out: "" })
    expect(ended.err).toMatch(/^refold: .*ECONNREFUSED.*\n$/)
    expect(ended.err).not.toContain("sesame")
  }
})

it("a malformed address is a wrong call, and is not printed", async () => {
  for (
    const url of [
      "postgres://app:se/same@host/db",
      "mysql://app:sesame@host/db",
      "postgres://app:sesame@host/db?sslmod=x"
    ]
  ) {
    const ended = await run(["status", "--url", url])
    expect(ended).toMatchObject({ code: 2, out: "" })
    expect(ended.err).toMatch(/^refold: url must .*\n$/)
    expect(ended.err).not.toContain("same")
  }
})

it("for a database without a store, the error names the command that makes one; migrate makes it, once", () =>
  scoped(Effect.gen(function*() {
    const url = yield* freshDatabase()
    for (const args of [["status"], ["show", "a-1"], ["tail"], ["parked", "list"]]) {
      const ended = yield* command(url, ...args)
      expect(ended).toMatchObject({ code: 1, out: "" })
      expect(ended.err).toBe("refold: open failed: the schema \"refold\" does not exist: run \"refold migrate\"\n")
    }
    expect(yield* command(url, "migrate", "status")).toMatchObject({ code: 1, err: "" })
    expect(records(yield* command(url, "migrate", "--dry-run"))).toEqual([{
      migration: "0001_baseline",
      status: "due"
    }])
    expect(records(yield* command(url, "migrate", "status"))).toEqual([{ migration: "0001_baseline", status: "due" }])
    expect(yield* command(url, "migrate")).toMatchObject({ code: 2 })
    const migrated = yield* command(url, "migrate", "--yes")
    expect(migrated).toMatchObject({ code: 0 })
    expect(migrated.err).toMatch(/^refold: warn: .*superuser.*\n$/)
    expect(records(migrated)).toEqual([{ migration: "0001_baseline", status: "applied" }])
    expect(yield* command(url, "migrate", "status")).toMatchObject({ code: 0 })
    expect(yield* command(url, "migrate")).toMatchObject({ code: 0 })
    const other = yield* command(url, "status", "--schema", "other")
    expect(other).toMatchObject({ code: 1, out: "" })
    expect(other.err).toContain("the schema \"other\" does not exist")
  })))

it("the SQL of migrate --sql makes a store that migrate accepts as migrated", () =>
  scoped(Effect.gen(function*() {
    const url = yield* freshDatabase()
    const { code, out } = yield* command(url, "migrate", "--sql", "--schema", "shop")
    expect(code).toBe(0)
    const database = PostgresStore.layer({ url: Redacted.make(url), schema: "plain" })
    yield* Effect.flatMap(SqlClient.SqlClient, (sql) =>
      sql.unsafe(
        `DO $script$ BEGIN EXECUTE $text$${out.replace(/^BEGIN;/, "").replace(/COMMIT;\s*$/, "")}$text$; END $script$`
      )).pipe(Effect.provide(database, { local: true }))
    expect(yield* command(url, "migrate", "status", "--schema", "shop")).toMatchObject({ code: 0 })
    expect(yield* command(url, "migrate", "--schema", "shop")).toMatchObject({ code: 0 })
    const catalog = (schema: string) =>
      Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql<{ readonly object: string }>`
          SELECT replace(identity, ${schema}, 'store') || ' ' || coalesce(replace(description, ${schema}, 'store'), '') AS object
          FROM pg_depend AS d JOIN pg_namespace AS n ON n.oid = d.refobjid AND n.nspname IN (${schema}, ${`${schema}_rows`})
          CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) AS i
          LEFT JOIN pg_description AS t ON t.objoid = d.objid AND t.classoid = d.classid AND t.objsubid = 0
          WHERE d.refclassid = 'pg_namespace'::regclass ORDER BY 1`).pipe(
          Effect.provide(database, { local: true })
        )
    expect(yield* catalog("shop")).toEqual(yield* catalog("plain"))
    const shown = yield* command(url, "show", "a-1", "--schema", "shop")
    expect(shown).toMatchObject({ code: 1, err: "refold: the stream a-1 has no events\n" })
  })))

/** A store with parked streams, and a session of its owner that is open until the end. */
const withOwner = (
  use: (
    opened: { readonly sql: SqlClient.SqlClient; readonly url: string }
  ) => Effect.Effect<void, unknown, Scope.Scope>
) =>
  scoped(Effect.flatMap(Shops.server, ({ env: { REFOLD_URL: url } }) =>
    Effect.provide(
      Effect.scoped(Effect.flatMap(SqlClient.SqlClient, (sql) => use({ sql, url }))),
      PostgresStore.layer({ url: Redacted.make(url) })
    )))

it("a missing right is named", () =>
  withOwner((opened) =>
    Effect.gen(function*() {
      const stranger = yield* LoginRole.ofKind(opened, [])
      const refused = yield* command(stranger, "status")
      expect(refused).toMatchObject({ code: 1, out: "" })
      expect(refused.err).toMatch(/^refold: .*permission denied.*grant the role .*\n$/)
      const reader = yield* LoginRole.ofKind(opened, ["reader"])
      expect(yield* command(reader, "show", "wallet-ada")).toMatchObject({ code: 0, err: "" })
      expect(yield* command(reader, "status")).toMatchObject({ code: 1, err: "" })
      const write = yield* command(reader, "parked", "retry", "balances", "wallet-ada", "--yes")
      expect(write).toMatchObject({ code: 1, out: "" })
      expect(write.err).toMatch(/^refold: .*permission denied.*\n$/)
      expect(yield* command(reader, "migrate", "status")).toMatchObject({ code: 0 })
    })
  ))

it("grants --apply gives a role what it needs", () =>
  withOwner(({ sql, url }) =>
    Effect.gen(function*() {
      const role = yield* LoginRole.login({ sql, url }, "operator", [])
      const grant = (name: string, as: string) => command(url, "grants", "--role", name, "--as", as, "--apply", "--yes")
      for (const as of ["reader", "projector"]) {
        expect(yield* grant(LoginRole.nameOf(role), as)).toMatchObject({ code: 0, out: "" })
      }
      expect(yield* command(role, "parked", "retry", "balances", "--yes")).toMatchObject({ code: 0, err: "" })
      const missing = yield* grant("no_such_role", "reader")
      expect(missing).toMatchObject({ code: 1, out: "" })
      expect(missing.err).toMatch(/^refold: .*no_such_role.*\n$/)
    })
  ))
