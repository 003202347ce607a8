// Rights of roles: a writer can use the whole adapter with the rights of its kind, and can write only through
// `append_events`; other roles have no access.
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import { describe, expect, test } from "vitest"
import * as Following from "../support/Following.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Proxy from "../support/Proxy.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const denied = "42501"

const code = ({ reason: { cause } }: SqlError.SqlError): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

/** The url of a writer. */
const writer = Effect.flatMap(Stores.Database, (opened) => LoginRole.ofKind(opened, ["writer"]))

/** A session of a new role in the database. */
const as = (role: string, granted: ReadonlyArray<string>) =>
  Effect.flatMap(Stores.Database, (opened) => LoginRole.login(opened, role, granted))

describe("a writer", () => {
  test(
    "can use the whole adapter",
    run(Effect.gen(function*() {
      const url = yield* writer
      const { snapshots, sql, store } = yield* Stores.open(url, { migrate: false })
      const [stream, other] = [Stores.freshStream(), Stores.freshStream()]
      const idempotency = { key: stream, fingerprint: "f" }
      const event = Stores.event()
      const write = { stream: other, expected: ExpectedVersion.NoStream, events: [Stores.event()] as const }
      const appended = yield* store.append(stream, [event], { idempotency })
      yield* store.commit({
        writes: [{ ...write, stream, expected: ExpectedVersion.Exact(1) }, {
          ...write,
          events: [
            Stores.event(),
            Stores.event()
          ]
        }]
      })
      yield* sql.withTransaction(store.append(stream, [Stores.event()]))
      expect(yield* Effect.flip(store.append(stream, [event]))).toMatchObject({ _tag: "DuplicateEventId" })
      expect(yield* store.append(stream, [event], { idempotency })).toEqual({ ...appended, deduplicated: true })
      expect(yield* store.findAppended({ key: stream, fingerprint: "f" })).toMatchObject({ _tag: "Some" })
      expect(yield* Stores.readStream(store, stream)).toHaveLength(3)
      expect(yield* Stores.readIds(store)).toContain(event.id)
      expect(yield* store.head).toBeGreaterThan(0)
      const { recordedAt, streams: [{ position, version }] } = {
        ...appended,
        recordedAt: appended.streams[0].recordedAt
      }
      const key = { stream, view: "v", fingerprint: "f" }
      for (const state of [1, 2]) {
        yield* snapshots.save({ ...key, fingerprint: String(state) }, {
          lastEventId: event.id,
          position,
          version,
          recordedAt,
          state
        })
      }
      expect(yield* snapshots.find({ ...key, fingerprint: "2" })).toMatchObject({ value: { state: 2 } })
    }))
  )

  test(
    "can follow the log, is notified of appends, and can read which sessions hold the head back, but not since when",
    run(Effect.gen(function*() {
      const { url: owner } = yield* Stores.Database
      const url = yield* writer
      const { reader, sql, store } = yield* Stores.open(url, { migrate: false, pollInterval: "1 hour" })
      const there = yield* Stores.open(url, { migrate: false })
      const { untilSeen } = yield* Following.follow(reader.subscribe({ after: yield* reader.head }))
      yield* Following.until(Effect.map(Following.listeners(sql), (pids) => pids.length === 1))
      const event = Stores.event()
      yield* there.store.append(Stores.freshStream(), [event])
      yield* untilSeen(event.id)
      expect(yield* reader.findEvent(event.id)).toMatchObject({ value: { id: event.id } })
      expect(yield* reader.streamVersions([Stores.freshStream()])).toEqual([0])
      const other = yield* Stores.connect(owner)
      const before = Date.now()
      yield* other`begin`
      yield* Stores.appendBySql(other)
      yield* store.append(Stores.freshStream(), [Stores.event()])
      const { head, heldBackBy: [holder], last } = yield* reader.bound
      expect(last).toBeGreaterThan(head)
      expect(holder!.description).toMatch(`session ${yield* Stores.backend(other)} (application "by hand", user `)
      // The two readings of the server's clock may differ by a millisecond.
      expect(DateTime.toEpochMillis(holder!.since)).toBeGreaterThanOrEqual(before - 1)
    }))
  )

  test(
    "can look up an append whose answer was lost",
    run(Effect.gen(function*() {
      const proxy = yield* Proxy.start(yield* writer)
      const { store } = yield* Stores.open(proxy.url, { migrate: false })
      const stream = Stores.freshStream()
      const lost = proxy.loseAnswer("lose this")
      yield* store.append(stream, [Stores.event({ data: "lose this" })])
      yield* Effect.promise(() => lost)
      expect(yield* Stores.readStream(store, stream)).toHaveLength(1)
    }))
  )

  test(
    "needs only EXECUTE on append_events to append by SQL",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const append = `EXECUTE ON FUNCTION refold.append_events`
      const session = yield* Stores.connect(yield* as("appender", ["USAGE ON SCHEMA refold", append]))
      const stream = Stores.freshStream()
      const id = yield* Stores.appendBySql(session, stream)
      expect(yield* Stores.readStream(store, stream)).toMatchObject([{ id, version: 1 }])
    }))
  )

  test(
    "cannot write in any other way",
    run(Effect.gen(function*() {
      const session = yield* Stores.connect(yield* writer)
      const appendCommit = `select refold.append_commit('', '', '{thing-1}', '{-1}', '{1}', array[gen_random_uuid()],
        '{Happened}', '{1}', array['{}'::jsonb], array['{}'::jsonb], array[now()])`
      const statements = [
        `insert into refold.event_store (stream, version, event_id, type, schema_version, data, metadata, occurred_at,
          recorded_at) values ('thing-1', 1, gen_random_uuid(), 'Happened', 1, '{}', '{}', now(), now())`,
        appendCommit,
        "update refold.event_store set data = '1'",
        "delete from refold.event_store",
        "truncate refold.event_store",
        "insert into refold.idempotency_keys values ('key', sha256(''), '[]')",
        "delete from refold.idempotency_keys",
        "select nextval('refold.event_position')",
        "select setval('refold.event_position', 1)",
        "delete from refold.event_snapshots",
        "alter table refold.event_store disable trigger all",
        "drop table refold.event_store cascade",
        "set session_replication_role = replica",
        "create table refold.mine (id int)"
      ]
      const codes = yield* Effect.forEach(
        statements,
        (statement) => Effect.map(Effect.flip(session.unsafe(statement)), code)
      )
      expect(codes).toEqual(statements.map(() => denied))
    }))
  )

  test(
    "cannot replace objects that append_events uses as its owner",
    run(Effect.gen(function*() {
      const { sql, url: owner } = yield* Stores.Database
      const database = new URL(owner).pathname.slice(1)
      const url = yield* writer
      yield* sql.unsafe(`grant create on database "${database}" to ${LoginRole.nameOf(url)}`)
      const session = yield* Stores.connect(url)
      yield* session`create schema trap`
      yield* session`create table trap.sprung (role text)`
      yield* session`grant all on schema trap to public`
      yield* session`grant all on trap.sprung to public`
      const signatures = [
        "sum(int)",
        "unnest(int[])",
        "hashtextextended(text, bigint)",
        "clock_timestamp()",
        "set_config(text, text, boolean)",
        "pg_current_xact_id()",
        "cardinality(text[])"
      ]
      for (const signature of signatures) {
        yield* session.unsafe(`create function trap.${signature} returns int language plpgsql as
          $$ begin insert into trap.sprung values (current_user); return 1; end $$`)
      }
      yield* session`set search_path = trap, pg_catalog`
      const exit = yield* Effect.exit(Stores.appendBySql(session))
      expect(yield* sql`select * from trap.sprung where role <> ${LoginRole.nameOf(url)}`).toEqual([])
      expect(exit._tag).toBe("Success")
    }))
  )
})

describe("any other role", () => {
  test(
    "with USAGE on the schema can read no table and call no function",
    run(Effect.gen(function*() {
      const { sql } = yield* Stores.Database
      const functions = yield* sql<{ call: string }>`select format('select refold.%I(%s)', proname,
          (select string_agg(format('null::%s', format_type(t, null)), ', ') from unnest(proargtypes) t)) as call
        from pg_proc where pronamespace = 'refold'::regnamespace and prorettype <> 'trigger'::regtype`
      const tables = yield* sql<{ call: string }>`select format('select * from refold.%I', relname) as call
        from pg_class where relnamespace = 'refold'::regnamespace and relkind in ('r', 'S')`
      expect(functions.length).toBeGreaterThanOrEqual(9)
      expect(tables.length).toBeGreaterThanOrEqual(5)
      const session = yield* Stores.connect(yield* as("other", ["USAGE ON SCHEMA refold"]))
      const calls = [...functions, ...tables].map(({ call }) => call)
      const codes = yield* Effect.forEach(calls, (call) => Effect.map(Effect.flip(session.unsafe(call)), code))
      expect(codes.map((code, n) => [calls[n], code])).toEqual(calls.map((call) => [call, denied]))
    }))
  )

  test(
    "has no USAGE on the schema",
    run(Effect.gen(function*() {
      const session = yield* Stores.connect(yield* as("other", []))
      expect(code(yield* Effect.flip(session`select * from refold.event_store`))).toBe(denied)
      const { store } = yield* Stores.open(yield* as("stranger2", []), { migrate: false })
      const error = yield* Effect.flip(store.append(Stores.freshStream(), [Stores.event()]))
      expect(error.message).toBe("append failed: permission denied for schema refold: grant the role USAGE on refold")
    }))
  )
})
