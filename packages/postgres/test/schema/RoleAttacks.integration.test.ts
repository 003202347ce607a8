// Attacks of roles with the rights of their kind: a projector against the owner, the log and another tenant. Every kind of role
// works in a database that denies advisory locks to all roles but the owner.
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { describe, expect, test } from "vitest"
import * as StoreRights from "../../src/schema/internal/StoreRights.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

const run = <E>(body: Effect.Effect<void, E, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

/** A database, its administrator, and the url of a role that may create schemas in it. */
const database = Effect.gen(function*() {
  const url = yield* freshDatabase()
  const admin = yield* Stores.connect(url)
  const name = new URL(url).pathname.slice(1)
  const owner = yield* LoginRole.login({ sql: admin, url }, "owner", [`create on database ${name}`])
  return { admin, owner, url }
})

/** The code with which a statement fails, or "done". */
const outcome = (session: Stores.Opened["sql"], statement: string) =>
  Effect.match(session.unsafe(statement), {
    onFailure: ({ reason }) => String(Object(reason.cause).code),
    onSuccess: () => "done"
  })

describe("a projector", () => {
  test(
    "can create no object that functions of the owner use or run",
    run(Effect.gen(function*() {
      const { admin, owner, url } = yield* database
      yield* Stores.open(owner)
      const address = yield* LoginRole.ofKind({ sql: admin, url }, ["projector", "writer"])
      const { readModels, sql } = yield* Stores.open(address, { migrate: false, maxConnections: 1 })
      const wanted = ReadModels.projection()
      const { id } = yield* ReadModels.goLive(readModels, wanted, { rows: [ReadModels.row("a")] })
      const table = `refold_rows.rows_${id}`
      yield* sql`create function pg_temp.trap() returns trigger language plpgsql as $$ begin return null; end $$`
      const statements = [
        "create table refold.mine ()",
        "create function refold.problem(text, varchar) returns jsonb language sql return '{}'::jsonb",
        "create table refold_rows.mine ()",
        "create type refold.append_answers as (n int)",
        "create operator refold.= (leftarg = text, rightarg = text, function = texteq)",
        "create schema refold_99",
        `create trigger trap before insert on ${table} for each row execute function pg_temp.trap()`,
        `create rule trap as on insert to ${table} do also nothing`,
        `create index on ${table} (version)`,
        `create policy trap on ${table}`,
        `alter table ${table} add column mine int default 1`,
        `alter table ${table} owner to current_user`,
        `create table pg_temp.child () inherits (${table})`,
        "create trigger trap before insert on refold.projection_generations for each row execute function pg_temp.trap()",
        "create trigger trap before insert on refold.event_store for each row execute function pg_temp.trap()",
        "alter table refold.event_store disable trigger append_only",
        "alter function refold.commit_events owner to current_user",
        `set role ${LoginRole.nameOf(owner)}`,
        `set session authorization ${LoginRole.nameOf(owner)}`,
        "set session_replication_role = replica"
      ]
      for (const statement of statements) {
        expect([statement, yield* outcome(sql, statement)]).toEqual([statement, "42501"])
      }
    }))
  )

  test(
    "cannot inject SQL through the fields of an index",
    run(Effect.gen(function*() {
      const { admin, owner, url } = yield* database
      yield* Stores.open(owner)
      const address = yield* LoginRole.ofKind({ sql: admin, url }, ["projector"])
      const { readModels, sql } = yield* Stores.open(address, { migrate: false })
      const field = "a') IS NULL)); DROP TABLE refold.event_store; --"
      const wanted = ReadModels.projection({ indexes: [{ name: "n", fields: [{ field, kind: "Text" }] }] })
      const { id } = yield* ReadModels.goLive(readModels, wanted)
      expect(
        yield* sql`select pg_get_indexdef(indexrelid) as definition from pg_index
          where indrelid = ${`refold_rows.rows_${id}`}::text::regclass and not indisprimary`
      ).toMatchObject([{ definition: expect.stringContaining(`((state ->> '${field.replaceAll("'", "''")}'::text)`) }])
      yield* sql`insert into refold.projection_generations (projection, version, definition, status) values ('forged', 1, '', 'Building')`
      const forged = `select refold.create_rows_table(max(id), '[[{"field": "a", "kind": "Text), (evil()"}]]')
        from refold.projection_generations`
      expect(yield* outcome(sql, forged)).toBe("22023")
      expect(yield* outcome(sql, "select refold.create_rows_table(1000000, '[]')")).toBe("22023")
    }))
  )

  test(
    "cannot drop a schema, or create one for another role, by forging a generation",
    run(Effect.gen(function*() {
      const { admin, owner, url } = yield* database
      const opened = yield* Stores.open(owner)
      // A store of the same owner, in the schema that generation 1 would have.
      yield* Stores.open(owner, { schema: "refold_1" })
      const other = LoginRole.nameOf(yield* LoginRole.login({ sql: admin, url }, "other", []))
      const sql = yield* Stores.connect(yield* LoginRole.ofKind({ sql: admin, url }, ["projector"]))
      yield* sql`insert into refold.projection_generations (projection, version, definition, status, has_tables)
        values ('forged', 1, '', 'Building', true), ('forged', 2, '', 'Building', true)`
      expect(yield* outcome(sql, "select refold.drop_generation(1, false, 100)")).toBe("55000")
      expect(yield* outcome(sql, "select refold.create_generation_schema(1, current_user)")).toBe("42P06")
      expect(yield* outcome(sql, `select refold.create_generation_schema(2, '${other}')`)).toBe("42501")
      expect(yield* outcome(sql, `select refold.create_generation_schema(2, '${LoginRole.nameOf(owner)}')`)).toBe(
        "42501"
      )
      expect(yield* opened.sql`select to_regclass('refold_1.event_store') is not null as there`).toEqual([{
        there: true
      }])
    }))
  )

  test(
    "cannot choose the id of a generation, because after the highest one no projection could begin",
    run(Effect.gen(function*() {
      const { admin, owner, url } = yield* database
      const { readModels } = yield* Stores.open(owner)
      const sql = yield* Stores.connect(yield* LoginRole.ofKind({ sql: admin, url }, ["projector"]))
      const forged = (id: string) =>
        `insert into refold.projection_generations (id, projection, version, definition, status)
          overriding system value values (${id}, 'forged', 1, '', 'Building')`
      expect(yield* outcome(sql, forged("2147483647"))).toBe("42501")
      yield* sql`insert into refold.projection_generations (projection, version, definition, status)
        values ('forged', 1, '', 'Building')`
      expect(yield* outcome(sql, "update refold.projection_generations set id = 2147483647")).toBe("428C9")
      yield* Stores.open(owner)
      yield* ReadModels.goLive(readModels, ReadModels.projection())
    }))
  )

  test(
    "has no access to the store of another tenant",
    run(Effect.gen(function*() {
      const { admin, owner, url } = yield* database
      yield* Stores.open(owner, { schema: "tenant_a" })
      const other = yield* Stores.open(owner, { schema: "tenant_b" })
      yield* ReadModels.goLive(other.readModels, ReadModels.projection())
      const session = yield* Stores.connect(
        yield* LoginRole.ofKind({ sql: admin, url }, StoreRights.kinds, { schema: "tenant_a" })
      )
      const objects = yield* other.sql<{ readonly statement: string }>`
        select format('select * from %s', oid::regclass) as statement from pg_class
        where relnamespace::regnamespace::text in ('tenant_b', 'tenant_b_rows') and relkind in ('r', 'v', 'S')
        union all
        select format('delete from %s', oid::regclass) from pg_class
        where relnamespace::regnamespace::text in ('tenant_b', 'tenant_b_rows') and relkind = 'r'
        union all
        select format('select %s(%s)', oid::regproc, (select string_agg(format('null::%s', format_type(t, null)), ', ')
          from unnest(proargtypes) as t)) from pg_proc
        where pronamespace::regnamespace::text in ('tenant_b', 'tenant_b_rows') and prorettype <> 'trigger'::regtype
        union all
        select format('create table %I.mine ()', nspname) from pg_namespace where nspname ~ '^tenant_b'`
      expect(objects.length).toBeGreaterThan(90)
      for (const { statement } of objects) {
        expect([statement, yield* outcome(session, statement)]).toEqual([statement, "42501"])
      }
    }))
  )
})

describe("a writer", () => {
  test(
    "cannot write a row of a projection that is not inline, or one without its event",
    run(Effect.gen(function*() {
      const { admin, owner, url } = yield* database
      const { readModels, store } = yield* Stores.open(owner)
      const [ordinary, inline] = [ReadModels.projection(), ReadModels.inlineProjection()]
      for (const wanted of [ordinary, inline]) yield* ReadModels.goLive(readModels, wanted)
      const [stream, other] = [Stores.freshStream(), Stores.freshStream()]
      const { position } = yield* store.append(stream, [Stores.event()])
      const { position: later } = yield* store.append(other, [Stores.event(), Stores.event()])
      const sql = yield* Stores.connect(yield* LoginRole.ofKind({ sql: admin, url }, ["writer"]))
      const write = ({ definition, name }: typeof inline, key: string, at: readonly [number, bigint]) =>
        sql`select refold.write_inline_rows(${[name]}::text[], '{1}', ${[definition]}::text[], ${[key]}::text[],
          array['"false"'::jsonb], ${[BigInt(at[0])]}::bigint[], ${[at[1]]}::bigint[])`
      yield* write(ordinary, stream, [position, 1n])
      yield* write({ ...ordinary, definition: inline.definition }, stream, [position, 1n])
      yield* write({ ...inline, definition: ordinary.definition }, stream, [position, 1n])
      for (
        const [key, at] of [
          [stream, [position, 2n]],
          [stream, [later, 1n]],
          [stream, [later, 2n]],
          [stream, [2 ** 53 - 1, 2n ** 63n - 1n]],
          ["no stream", [position, 1n]]
        ] as const
      ) {
        const { reason } = yield* Effect.flip(write(inline, key, at))
        expect([key, at, reason.cause]).toMatchObject([key, at, {
          code: "22023",
          message: "a row must have the key, version and position of a stored event"
        }])
      }
      for (const wanted of [ordinary, inline]) {
        expect(yield* ReadModels.read(readModels, wanted, [stream, other, "no stream"])).toEqual([])
      }
      // At the place of an event it can; the next append replaces the row.
      yield* write(inline, stream, [position, 1n])
      expect(yield* ReadModels.read(readModels, inline, [stream])).toMatchObject([{ state: "false", version: 1 }])
      const { definition, name: projection } = inline
      yield* store.append(stream, [Stores.event()], {
        inline: [{ projection, version: 1, definition, stream, state: "true" }]
      })
      expect(yield* ReadModels.read(readModels, inline, [stream])).toMatchObject([{ state: "true", version: 2 }])
    }))
  )
})

test(
  "every kind of role works in a database in which only the store's owner may take advisory locks",
  run(Effect.gen(function*() {
    const { admin, owner, url } = yield* database
    yield* admin.unsafe(`do $$ declare lock regprocedure; begin
      for lock in select oid from pg_proc where pronamespace = 'pg_catalog'::regnamespace and proname like 'pg\\_%advisory%' loop
        execute format('revoke execute on function %s from public', lock);
        execute format('grant execute on function %s to ${LoginRole.nameOf(owner)}', lock);
      end loop; end $$`)
    yield* Stores.open(owner)
    const address = yield* LoginRole.ofKind({ sql: admin, url }, ["writer", "projector"])
    const { readModels, store, sql } = yield* Stores.open(address)
    const [stream, other] = [Stores.freshStream(), Stores.freshStream()]
    yield* store.append(stream, [Stores.event()], { idempotency: { key: "k", fingerprint: "f" } })
    const event = { expected: { _tag: "Any" } as const, events: [Stores.event()] as const }
    yield* store.commit({
      writes: [{ ...event, stream: other }, { ...event, stream, expected: { _tag: "StreamExists" }, events: [] }]
    })
    expect(yield* store.head).toBe(2)
    expect(yield* sql`select count(*)::int as found from refold.find_stored_events(array[${stream}], '{}', '{}')`)
      .toEqual([{ found: 0 }])
    yield* ReadModels.goLive(readModels, ReadModels.projection())
    yield* ReadModels.goLive(readModels, ReadModels.projection({ setup: Effect.void }))
    const session = yield* Stores.connect(address)
    for (const lock of ["pg_advisory_lock(1)", "pg_advisory_lock_shared(1, 2)", "pg_try_advisory_xact_lock(1)"]) {
      expect(yield* outcome(session, `select ${lock}`)).toBe("42501")
    }
  }))
)
