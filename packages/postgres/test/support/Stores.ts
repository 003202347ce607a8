/*
 * Stores on the tests' server, and single connections for operations that the adapter never does: hold a transaction
 * open, call the functions of the schema directly, kill another connection.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import type { EventId } from "@refold/core/event/EventId"
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import type { ReadAllOptions } from "@refold/core/journal/ReadOptions"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import { EventReader, type ReadFailure } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import { LogBrowser } from "@refold/store/log/LogBrowser"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import { afterAll } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import { freshDatabase } from "./freshDatabase.ts"

/** A store, and the client whose transactions it joins. */
export interface Opened {
  readonly url: string
  readonly store: EventStore["Service"]
  readonly reader: EventReader["Service"]
  readonly browser: LogBrowser["Service"]
  readonly snapshots: SnapshotStore["Service"]
  readonly readModels: ReadModelStore["Service"]
  readonly sql: PgClient.PgClient
}

/** Opens a store as an application does. */
export const open = (url: string, options: Partial<PostgresStore.ServerOptions> = {}) =>
  Effect.map(Layer.build(PostgresStore.layer({ url: Redacted.make(url), ...options })), (services): Opened => ({
    url,
    store: Context.get(services, EventStore),
    reader: Context.get(services, EventReader),
    browser: Context.get(services, LogBrowser),
    snapshots: Context.get(services, SnapshotStore),
    readModels: Context.get(services, ReadModelStore),
    sql: Context.get(services, PgClient.PgClient)
  }))

/** A store on a fresh database, for all tests of a file. */
export class Database extends Context.Service<Database, Opened>()("@refold/postgres/test/Database") {}

/** Turns effects into test functions that share one database; resources of a test are closed at its end. */
export const runner = () => {
  const runtime = ManagedRuntime.make(Layer.effect(Database, Effect.flatMap(freshDatabase(), (url) => open(url))))
  afterAll(() => runtime.dispose())
  return <A, E>(test: Effect.Effect<A, E, Database | Scope.Scope>) => (): Promise<A> =>
    runtime.runPromise(Effect.scoped(test))
}

/** One connection; its statements run one after the other. An open transaction ends with the connection. */
export const connect = (url: string) =>
  Layer.build(PgClient.layer({ url: Redacted.make(url), maxConnections: 1, applicationName: "by hand" })).pipe(
    Effect.map((services) => Context.get(services, PgClient.PgClient)),
    // The server would detect a closed connection only some time later.
    Effect.tap((sql) => Effect.addFinalizer(() => Effect.ignore(sql`rollback`)))
  )

/** An event, with the fields that matter to the test. */
export const event = (fields: Partial<NewEvent> = {}): NewEvent => ({
  id: randomUUID() as EventId,
  type: "Happened",
  schemaVersion: 1,
  data: {},
  metadata: {},
  occurredAt: DateTime.makeUnsafe(0),
  ...fields
})

/** A checked stream name. */
export const streamName = (name: string): StreamName.StreamName => Result.getOrThrow(StreamName.parse(name))

/** The name of a stream that no other test writes to. */
export const freshStream = (category = "thing"): StreamName.StreamName => streamName(`${category}-${randomUUID()}`)

/** The ids of the events that `readAll` returns. */
export const readIds = (
  { readAll }: Pick<EventStore["Service"], "readAll">,
  options: ReadAllOptions = {}
): Effect.Effect<ReadonlyArray<EventId>, ReadFailure> =>
  Effect.map(Stream.runCollect(readAll(options)), (events) => events.map(({ id }) => id))

/** The events of a stream. */
export const readStream = (
  { readStream }: Pick<EventStore["Service"], "readStream">,
  stream: StreamName.StreamName
): Effect.Effect<ReadonlyArray<RecordedEvent>, ReadFailure> => Stream.runCollect(readStream(stream))

/** Appends one event by SQL on a given connection; returns its id. */
export const appendBySql = (sql: PgClient.PgClient, stream: string = freshStream(), schema = "refold") => {
  const id = randomUUID() as EventId
  return Effect.as(appendEvents(sql, [{ writes: [{ stream, ids: [id] }] }], { schema }), id)
}

/**
 * A commit in the terms of `append_events`: `expected` is a version, -1 for any (the default) or -2 for existing; without
 * ids a write is a guard; `last` is the expected last event of the stream.
 */
export interface SqlCommit {
  readonly key?: string
  readonly fingerprint?: string
  readonly writes: ReadonlyArray<{
    readonly stream: string
    readonly expected?: number
    readonly last?: string
    readonly ids: ReadonlyArray<string>
  }>
}

/** A row of the answer. */
export interface Answer {
  readonly commit: number
  readonly outcome: string
  readonly stream: string | null
  readonly first_version: bigint | null
  readonly version: bigint | null
  readonly position: bigint | null
  readonly event_id: string | null
}

/** Calls the SQL function `append_events` with a batch of commits. */
export const appendEvents = (
  sql: PgClient.PgClient,
  commits: ReadonlyArray<SqlCommit>,
  { schema = "refold", sharedGuards = false, wait = true }: {
    readonly schema?: string
    readonly sharedGuards?: boolean
    readonly wait?: boolean
  } = {}
) => {
  const writes = commits.flatMap((commit) => commit.writes)
  const ids = writes.flatMap((write) => write.ids)
  const each = <A>(value: A) => ids.map(() => value)
  return sql.unsafe<Answer>(
    `SELECT a.commit, (a.answer).* FROM ${schema}.append_events($1::text[], $2::text[], $3::int[], $4::text[],
      $5::bigint[], $6::int[], $7::text[]::uuid[], $8::text[], $9::smallint[], $10::text[]::jsonb[],
      $11::text[]::jsonb[], $12::text[]::timestamptz[], $13,
      last_event_ids => $14::text[], shared_guards => $15) AS a`,
    [
      commits.map(({ key }) => key ?? ""),
      commits.map(({ fingerprint }) => fingerprint ?? ""),
      commits.map((commit) => commit.writes.length),
      writes.map(({ stream }) => stream),
      writes.map(({ expected }) => expected ?? -1),
      writes.map((write) => write.ids.length),
      ids,
      each("Happened"),
      each(1),
      each("{}"),
      each("{}"),
      each("2020-01-01T00:00:00Z"),
      wait,
      writes.map(({ last }) => last ?? ""),
      sharedGuards
    ]
  )
}

/** The process id of a connection's backend. */
export const backend = (sql: PgClient.PgClient) =>
  Effect.map(sql<{ pid: number }>`select pg_backend_pid() as pid`, (rows) => rows[0]!.pid)

/** Waits until a backend waits for a lock; fails if it never does. */
export const untilWaiting = (sql: PgClient.PgClient, pid: number) =>
  sql`select from pg_stat_activity where pid = ${pid} and wait_event_type = 'Lock'`.pipe(
    Effect.flatMap((rows) => rows.length === 1 ? Effect.void : Effect.fail("it does not wait")),
    Effect.retry({ schedule: Schedule.spaced("10 millis"), times: 6_000 })
  )

/** Waits until a number of backends wait, directly or in a queue, for a lock of `holder`; returns their ids. */
export const untilWaitingFor = (sql: PgClient.PgClient, holder: number, count: number) =>
  sql<{ pid: number }>`with recursive behind (pid) as (
      select ${holder}::int union select a.pid from pg_stat_activity a join behind b on b.pid = any (pg_blocking_pids(a.pid))
    ) select pid from behind where pid <> ${holder}`.pipe(
    Effect.flatMap((rows) => rows.length === count ? Effect.succeed(rows.map(({ pid }) => pid)) : Effect.fail(rows)),
    Effect.retry({ schedule: Schedule.spaced("10 millis"), times: 6_000 })
  )
