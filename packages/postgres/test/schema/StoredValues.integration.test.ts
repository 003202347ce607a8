// The owner stores wrong values in the columns of the store's tables while programs read: each read succeeds, or fails with
// a typed error that names the table and the column.
import type * as PgClient from "@effect/sql-pg/PgClient"
import type { EventId } from "@refold/core/event/EventId"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as Snapshots from "@refold/store/decide/Snapshots"
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as State from "@refold/store/decide/State"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import { UnreadableEvent, UnreadableValue } from "@refold/store/log/EventStoreError"
import { LogBrowser } from "@refold/store/log/LogBrowser"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"
import * as ProcessInstances from "@refold/store/process/ProcessInstances"
import * as ProcessRunner from "@refold/store/process/ProcessRunner"
import * as Parked from "@refold/store/project/Parked"
import * as PastRows from "@refold/store/project/PastRows"
import * as ProjectionStatus from "@refold/store/project/ProjectionStatus"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Soak from "../support/Soak.ts"
import * as Stores from "../support/Stores.ts"
import { tally } from "../support/Tally.ts"
import * as Ticks from "../support/Ticks.ts"

const deep = `${"[".repeat(6000)}${"]".repeat(6000)}`

/** Values of columns, by their type. */
const values: Readonly<Record<string, ReadonlyArray<string>>> = {
  text: ["", "not json", "null", "[]", "{\"kind\":\"process\"}", "line\nbreak"],
  jsonb: ["null", "5", "\"text\"", "[]", "[{}]", "{}", "{\"definition\":\"x\",\"checkpoint\":1}", deep],
  bigint: ["-1", "9223372036854775807"],
  integer: ["-1", "0"],
  smallint: ["-1"],
  "double precision": ["NaN", "infinity"],
  "timestamp with time zone": ["infinity", "-infinity", "290000-01-01"]
}

const stream = Stores.streamName("tally-1")
const bad = Stores.streamName("tally-bad")
const saga = Transfers.make("moves", { confirmedByAnswer: true })
const options = {
  handlers: [ProcessHandler.of(Sample.aggregate), ProcessHandler.of(Transfers.aggregate)],
  commandAttempts: 1
}
const add = CommandHandler.make(Sample.aggregate)
const adding = add("a", { _tag: "Add", coins: 10, notes: [] }, { idempotencyKey: "first" })

/** A store in which each table has a row. */
const fill = Effect.gen(function*() {
  const store = yield* EventStore
  yield* store.append(stream, [Ticks.tick(1)], { idempotency: { key: "tick", fingerprint: "f" } })
  yield* store.append(bad, [Stores.event({ type: "Ticked", data: { n: "none" } })])
  yield* adding
  yield* CommandHandler.make(Transfers.aggregate)("1", { _tag: "Request", from: "a", to: "b", coins: 4 })
  yield* ProcessRunner.catchUp(saga, options)
  yield* Projector.catchUp(tally(), { attempts: 1 })
  yield* Parked.discard(tally(), bad, "it is no tick")
  yield* store.append(bad, [Stores.event({ type: "Ticked", data: { n: "none" } })])
  yield* Projector.catchUp(tally(), { attempts: 1 })
  yield* Snapshots.save(Sample.aggregate, yield* State.load(Sample.aggregate, "a"))
  const [first] = yield* Stream.runCollect(store.readStream(stream))
  return first!.id
})

/** The operations of programs on a store. */
const readers = (first: EventId) => ({
  readAll: Effect.flatMap(EventReader, ({ readAll }) => Stream.runDrain(readAll())),
  readStream: Effect.flatMap(EventReader, ({ readStream }) => Stream.runDrain(readStream(stream))),
  subscribe: Effect.flatMap(EventReader, ({ subscribe }) => Stream.runDrain(Stream.take(subscribe(), 2))),
  findEvent: Effect.flatMap(EventReader, ({ findEvent }) => findEvent(first)),
  findAppended: Effect.flatMap(EventStore, ({ findAppended }) => findAppended({ key: "tick" })),
  findKey: Effect.flatMap(LogBrowser, ({ findKey }) => findKey("tick")),
  repeated: adding,
  load: State.load(Sample.aggregate, "a"),
  status: ProjectionStatus.all,
  parked: Parked.list(tally()),
  discarded: Parked.listDiscarded(tally()),
  query: ReadModel.query(tally(), {}),
  get: ReadModel.get(tally(), stream),
  past: Effect.scoped(PastRows.asOf(tally(), AsOf.recordedAt(DateTime.makeUnsafe("2100-01-01")), {})),
  catchUp: Projector.catchUp(tally(), { attempts: 1 }),
  // It ends only with an error.
  follow: Effect.timeoutOption(Projector.run(tally(), { attempts: 1 }), "1 second"),
  snapshot: Effect.flatMap(SnapshotStore, ({ find }) => {
    const { fingerprint, name } = Option.getOrThrow(Sample.aggregate.snapshots)
    return find({ stream: Stores.streamName(`${Sample.aggregate.category}-a`), view: name, fingerprint })
  }),
  retry: Parked.retry(tally(), bad),
  rebuild: Stream.runDrain(Rebuild.rebuild(tally(), { attempts: 1 })),
  instances: ProcessInstances.query(saga),
  instance: ProcessInstances.get(saga, "1"),
  history: ProcessInstances.history(saga, "1"),
  process: ProcessRunner.catchUp(saga, options)
})

interface Column {
  readonly schema: string
  readonly table: string
  readonly column: string
  readonly type: string
}

const columnsOf = (sql: PgClient.PgClient) =>
  sql<Column>`
    select c.table_schema::text as schema, c.table_name::text as table, c.column_name::text as column, c.data_type::text as type
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where c.table_schema in ('refold', 'refold_rows') and t.table_type = 'BASE TABLE' and c.table_name not in ('migrations', 'rows')
      and c.is_generated = 'NEVER' and c.is_identity = 'NO' and c.data_type = any (${Object.keys(values)})
    order by 1, 2, c.ordinal_position`

/** Removes the constraints of the tables, which their owner can do. */
const unprotect = (sql: PgClient.PgClient) =>
  sql`do $$ declare one record; begin
    for one in select conrelid::regclass as on_table, conname from pg_constraint
      where contype = 'c' and conrelid <> 0 and connamespace in ('refold'::regnamespace, 'refold_rows'::regnamespace)
    loop execute format('alter table %s drop constraint %I', one.on_table, one.conname); end loop;
    for one in select oid::regclass as on_table from pg_class where relkind = 'r' and relnamespace = 'refold'::regnamespace
    loop execute format('alter table %s disable trigger all', one.on_table); end loop;
  end $$`

/** Copies all tables; the returned effect restores all rows. */
const keep = Effect.fnUntraced(function*(sql: PgClient.PgClient) {
  const tables = yield* sql<{ readonly name: string; readonly copy: string; readonly columns: string }>`
    select format('%I.%I', table_schema, table_name) as name, 'kept_' || min(table_name) as copy,
      string_agg(quote_ident(column_name), ', ' order by ordinal_position) filter (where is_generated = 'NEVER') as columns
    from information_schema.columns join information_schema.tables t using (table_schema, table_name)
    where table_schema in ('refold', 'refold_rows') and t.table_type = 'BASE TABLE' group by 1
    order by min(table_name) <> 'projection_generations'`
  for (const { copy, name } of tables) yield* sql.unsafe(`create table public.${copy} as table ${name}`)
  return sql.withTransaction(Effect.gen(function*() {
    // A reader may have dropped an obsolete generation.
    for (const { name } of tables.filter(({ name }) => name.startsWith("refold_rows."))) {
      yield* sql.unsafe(`create table if not exists ${name} (like refold_rows.rows including all)`)
    }
    yield* sql.unsafe(`truncate ${tables.map(({ name }) => name).join(", ")} cascade`)
    for (const { columns, copy, name } of tables) {
      yield* sql.unsafe(
        `insert into ${name} (${columns}) overriding system value select ${columns} from public.${copy}`
      )
    }
  }))
})

const run = <A, E>(
  reader: Effect.Effect<A, E, PostgresStore.Services>,
  services: Context.Context<PostgresStore.Services>
): Effect.Effect<Exit.Exit<unknown, unknown>> =>
  Effect.exit(Effect.timeout(Effect.provideContext(reader, services), "20 seconds"))

/** The table and the column that an error names; the tables of rows under one name. */
const namedBy = (exit: Exit.Exit<unknown, unknown>): string | undefined => {
  const error: unknown = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  const { cause }: { readonly cause?: unknown } = Object(error)
  if (cause instanceof UnreadableEvent) return "event_store"
  return cause instanceof UnreadableValue ? `${nameOf(cause.table)}.${cause.column}` : undefined
}

const nameOf = (table: string): string => table.replace(/_\d+$/, "")

const isDefect = (exit: Exit.Exit<unknown, unknown>): boolean =>
  Exit.isFailure(exit) && (Cause.hasDies(exit.cause) || Cause.squash(exit.cause) instanceof Cause.TimeoutError)

/** A filled store whose owner has removed its constraints, and its readers. */
const open = Effect.gen(function*() {
  const url = yield* freshDatabase()
  const services = yield* Layer.build(PostgresStore.layer({ url: Redacted.make(url) }))
  const all: Readonly<Record<string, Effect.Effect<unknown, unknown, PostgresStore.Services>>> = readers(
    yield* Effect.provideContext(fill, services)
  )
  const sql = yield* Stores.connect(url)
  yield* unprotect(sql)
  const restore = yield* keep(sql)
  const put = ({ column, schema, table, type }: Column, value: string) =>
    sql.unsafe(`update ${schema}.${table} set "${column}" = $1::text::${type}`, [value])
  const reading = Object.entries(all).map(([name, reader]) => [name, run(reader, services)] as const)
  return { columns: yield* columnsOf(sql), put, reading, restore }
})

/** A column, a wrong value, and a reader of that column. */
const cases: ReadonlyArray<readonly [column: string, value: string, reader: string]> = [
  ...[["position", "-1"], ["stream", "not json"], ["version", "-1"], ["discarded_at", "infinity"]].map(
    ([column, value]) => [`discarded_events.${column!}`, value!, "discarded"] as const
  ),
  ...[["version", "-1"], ["position", "-1"], ["recorded_at", "infinity"]].map(
    ([column, value]) => [`event_snapshots.${column!}`, value!, "snapshot"] as const
  ),
  ...["[{}]", "5", "{}", "null", "[1]"].flatMap((value) => [
    ["idempotency_keys.answer", value, "findAppended"] as const,
    ["idempotency_keys.answer", value, "findKey"] as const,
    ["idempotency_keys.answer", value, "repeated"] as const
  ]),
  ["idempotency_keys.created_at", "infinity", "findKey"],
  ...[
    ["stream", "not json"],
    ["version", "-1"],
    ["position", "-1"],
    ["stage", "not json"],
    ["attempts", "-1"],
    ["parked_at", "infinity"]
  ].map(([column, value]) => [`parked_streams.${column!}`, value!, "parked"] as const),
  ...[
    ["status", "Odd"],
    ["replaced_at", "infinity"],
    ["partitions", "0"],
    ["partitioned_by", "Odd"],
    ["next_partitions", "10001"],
    ["drain_to", "-1"]
  ].map(([column, value]) => [`projection_generations.${column!}`, value!, "status"] as const),
  ...[
    ["checkpoint", "-1"],
    ["rate", "NaN"],
    ["updated_at", "infinity"],
    ["newer", "5"],
    ["addition", "{}"]
  ].map(([column, value]) => [`projection_partitions.${column!}`, value!, "status"] as const),
  ...["catchUp", "follow", "parked", "past", "process", "query", "rebuild", "status"].map((reader) =>
    ["projection_generations.definition", "not json", reader] as const
  ),
  ["projection_generations.definition", "{\"kind\":\"rows\"}", "catchUp"],
  ["rows.position", "-1", "query"],
  ["rows.version", "-1", "get"]
]

test("an unreadable value is an error that names its table and its column", () =>
  Effect.runPromise(Ticks.quietly(Effect.scoped(Effect.gen(function*() {
    const { columns, put, reading, restore } = yield* open
    const found = yield* Effect.forEach(cases, ([name, value, reader]) =>
      Effect.gen(function*() {
        const named = columns.filter(({ column, table }) => `${nameOf(table)}.${column}` === name)
        yield* Effect.forEach(named, (column) => put(column, value))
        const exit = yield* reading.find(([other]) => other === reader)![1]
        yield* restore
        return [namedBy(exit), value, reader] as const
      }))
    expect(found).toEqual(cases)
  })))))

const isFull = Soak.level !== "test"

test(
  "no value that the owner stores in a table causes a defect in a reading program",
  () =>
    Effect.runPromise(Ticks.quietly(Effect.scoped(Effect.gen(function*() {
      const { columns, put, reading, restore } = yield* open
      const defects: Array<string> = []
      for (const [index, column] of columns.entries()) {
        const all = values[column.type]!
        // One value for each column, in turn.
        for (const value of isFull ? all : [all[index % all.length]!]) {
          // Skipped if an index refuses the value.
          if (Exit.isFailure(yield* Effect.exit(put(column, value)))) continue
          for (const [name, reader] of isFull ? reading : reading.filter(([name]) => name !== "follow")) {
            const exit = yield* reader
            if (isDefect(exit)) defects.push(`${name}, ${column.table}.${column.column}, ${value.slice(0, 40)}`)
          }
          yield* restore
        }
      }
      expect(defects).toEqual([])
    }))))
)
