/** Queries about the log with a single answer: an event by its id, the versions of streams, the bound of reads. */
import * as EventId from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StreamName from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { printable } from "@refold/core/internal/event/Printable"
import type { Holder, ReadBound, ReadFailure } from "@refold/store/log/EventReader"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"
import * as EventRow from "./EventRow.ts"
import type { ReadHead } from "./Head.ts"
import * as UnreadableRow from "./UnreadableRow.ts"

/** The event with this id. */
export const findEvent = Effect.fnUntraced(function*(
  database: Database,
  id: EventId.EventId
): Effect.fn.Return<Option.Option<RecordedEvent>, ReadFailure> {
  const { object, sql } = database
  const checked = yield* Effect.fromResult(EventId.parse(id))
  const select = (columns: Statement.Fragment) =>
    sql<EventRow.EventRow>`SELECT ${columns} FROM ${object("event_store")} WHERE event_id = ${checked}::uuid`
  const [row] = yield* query(database, "find event", select(sql.literal(EventRow.columns))).pipe(
    Effect.catchIf(
      ({ isPermanent }) => isPermanent === true,
      (failure) => UnreadableRow.fail(database, failure, select)
    )
  )
  if (row === undefined) return Option.none()
  return Option.some(yield* Effect.fromResult(UnreadableRow.eventOf("find event", row)))
})

/** The versions of streams, in the order of the argument; 0 for a stream without events. */
export const streamVersions = Effect.fnUntraced(function*(
  database: Database,
  streams: ReadonlyArray<StreamName.StreamName>
): Effect.fn.Return<ReadonlyArray<StreamVersion>, ReadFailure> {
  const { object, sql } = database
  const checked = yield* Effect.fromResult(
    Result.all(streams.map((stream, index) => StreamName.parse(stream, `streams[${index}]`)))
  )
  // LATERAL, so that each stream is one index lookup: "= ANY (streams)" and a GROUP BY would read every event of them.
  const statement = sql<{ readonly version: bigint }>`
    SELECT coalesce(last.version, 0) AS version
    FROM unnest(${checked}::text[]) WITH ORDINALITY AS wanted (stream, number)
    LEFT JOIN LATERAL (
      SELECT e.version FROM ${object("event_store")} e WHERE e.stream = wanted.stream ORDER BY e.version DESC LIMIT 1
    ) AS last ON true
    ORDER BY wanted.number`
  const rows = yield* query(database, "read versions", statement)
  return rows.map(({ version }) => StreamVersion(Number(version)))
})

interface HolderRow {
  readonly pid: number | null
  readonly gid: string | null
  readonly application: string | null
  readonly role: string | null
  readonly since: Date
}

type BoundRow = { readonly last: bigint } & (HolderRow | { readonly since: null })

/** The head, the last position, and the transactions that hold positions between the two. */
export const readBound = Effect.fnUntraced(function*(
  database: Database,
  readHead: ReadHead
): Effect.fn.Return<ReadBound, ReadFailure> {
  // In this order, and not in one statement: so the events of the returned transactions are after the head, and the last
  // event is not before it.
  const { position: head } = yield* readHead
  const rows = yield* query(database, "read bound", lastAndHolders(database))
  return {
    head,
    last: Position(Number(rows[0]!.last)),
    heldBackBy: rows.flatMap((row) => row.since === null ? [] : [holder(row)])
  }
})

// The last event that is stored, and the transactions that hold positions (see lock_positions.sql): a row for each, the
// longest first, or one row without any.
// A role without pg_read_all_stats cannot read when sessions of other roles started; the current time is used instead.
// A prepared transaction has no session. It is found by the lock on its own id, because its virtual id identifies it only
// after a restart of the server. It has held its positions since it was prepared, at the latest.
const lastAndHolders = ({ object, sql }: Database) =>
  sql<BoundRow>`
    SELECT last."position" AS last, holder.*
    FROM (
      SELECT coalesce((SELECT "position" FROM ${
    object("event_store")
  } ORDER BY "position" DESC LIMIT 1), 0) AS "position"
    ) AS last
    LEFT JOIN (
      SELECT lock.pid, prepared.gid, session.application_name AS application,
        coalesce(session.usename, prepared.owner)::text AS role,
        coalesce(session.xact_start, prepared.prepared, clock_timestamp()) AS since
      FROM pg_catalog.pg_locks AS lock
      LEFT JOIN pg_catalog.pg_stat_activity AS session ON session.pid = lock.pid
      LEFT JOIN pg_catalog.pg_prepared_xacts AS prepared ON lock.pid IS NULL AND EXISTS (
        SELECT FROM pg_catalog.pg_locks AS own
        WHERE own.virtualtransaction = lock.virtualtransaction AND own.transactionid = prepared.transaction
      )
      WHERE lock.locktype = 'advisory' AND lock.objsubid = 2 AND lock.granted
        AND lock.classid = '${object("event_position")}'::regclass::oid
        AND lock.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
    ) AS holder ON true
    ORDER BY holder.since, holder.pid`

const holder = ({ application, gid, pid, role, since }: HolderRow): Holder => {
  const details = [
    application === null || application === "" ? [] : `application "${application}"`,
    role === null ? [] : `user ${role}`
  ].flat()
  // A prepared transaction that is being committed has no name.
  const transaction = pid === null ? `prepared transaction "${gid ?? "?"}"` : `session ${pid}`
  return {
    description: printable(details.length === 0 ? transaction : `${transaction} (${details.join(", ")})`),
    since: DateTime.fromDateUnsafe(since)
  }
}
