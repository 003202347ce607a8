/**
 * Group reads: the first pages of streams that are requested while earlier statements are in flight are read together by the
 * next statement. A page that such a statement does not return is read by a separate statement.
 */
import type { Column } from "@refold/core/event/RecordedEvent"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as SqlError from "effect/sql/SqlError"
import * as Database from "../../schema/internal/Database.ts"
import type { Rows } from "../../schema/internal/Query.ts"
import * as TimeLimits from "../../schema/internal/TimeLimits.ts"
import * as EventRow from "./EventRow.ts"

/** The first events of a stream after a version. */
export interface FirstPage {
  readonly rows: ReadonlyArray<EventRow.PageRow>
  /** Whether the stream has no more events. */
  readonly isLast: boolean
}

/** Reads a first page with some columns, once; undefined if the page must be read by a separate statement. */
export type ReadFirst = (stream: string, after: number) => Effect.Effect<FirstPage | undefined, SqlError.SqlError>

interface Ticket {
  readonly stream: string
  readonly after: number
  /** The context of the caller: the spans of a statement belong to the first read that it carries. */
  readonly context: Context.Context<never>
  readonly resume: (page: ReturnType<ReadFirst>) => void
}

interface Lanes {
  readonly database: Database.Database
  readonly statements: Statements
  ready: Array<Ticket>
  /** The number of statements in flight, and the number of reads in them. */
  batches: number
  sent: number
  isScheduled: boolean
}

interface NumberedRow extends EventRow.PageRow {
  readonly number: number
}

interface Statements {
  readonly alone: (ticket: Ticket) => Rows<EventRow.PageRow>
  readonly together: (tickets: ReadonlyArray<Ticket>) => Rows<NumberedRow>
}

// The server answers one while this program sends the other. More batches would only be smaller.
const maxBatches = 2
// Fewer reads than this are not divided.
const smallBatch = 8
const maxReads = 64

// The limits of one stream in a batch. Separate statements read the rest; 64 times these bytes make one of their pages.
const most = { events: 100, bytes: 128 * 1024 }

/** The reads of a store: one group for each choice of columns. */
export const make = (database: Database.Database): (columns: ReadonlyArray<Column>) => ReadFirst => {
  const all = new Map<string, ReadFirst>()
  return (columns) => {
    const key = columns.join()
    const read = all.get(key) ?? readFirst(database, columns)
    all.set(key, read)
    return read
  }
}

const readFirst = (database: Database.Database, columns: ReadonlyArray<Column>): ReadFirst => {
  const statements = makeStatements(database, columns)
  const lanes: Lanes = { database, statements, ready: [], batches: 0, sent: 0, isScheduled: false }
  return (stream, after) =>
    Effect.withFiber(({ context }) =>
      Effect.callback((resume) => {
        const ticket: Ticket = { stream, after, context, resume }
        lanes.ready.push(ticket)
        schedule(lanes)
        return Effect.sync(() => {
          lanes.ready = lanes.ready.filter((other) => other !== ticket)
        })
      })
    )
}

// Not at once: callers that were answered together read again before the next turn of the event loop.
const schedule = (lanes: Lanes): void => {
  if (lanes.isScheduled || lanes.ready.length === 0) return
  lanes.isScheduled = true
  setImmediate(() => {
    lanes.isScheduled = false
    const share = Math.max(smallBatch, Math.ceil((lanes.ready.length + lanes.sent) / maxBatches))
    while (lanes.batches < maxBatches && lanes.ready.length > 0) {
      send(lanes, lanes.ready.splice(0, Math.min(share, maxReads)))
    }
  })
}

const send = (lanes: Lanes, tickets: ReadonlyArray<Ticket>): void => {
  // A batch has at least one read.
  const first = tickets[0]!
  if (tickets.length > 1) return run(lanes, tickets, lanes.statements.together(tickets), (rows) => pages(tickets, rows))
  run(lanes, tickets, lanes.statements.alone(first), (rows) => [alonePage(rows)])
}

const run = <Row>(
  lanes: Lanes,
  tickets: ReadonlyArray<Ticket>,
  statement: Rows<Row>,
  pagesOf: (rows: ReadonlyArray<Row>) => ReadonlyArray<FirstPage>
): void => {
  lanes.batches++
  lanes.sent += tickets.length
  const { database } = lanes
  TimeLimits.runInTime(database.limits, tickets[0]!.context, database.statement(statement), (exit) => {
    lanes.batches--
    lanes.sent -= tickets.length
    schedule(lanes)
    if (Exit.isSuccess(exit)) {
      const answers = pagesOf(exit.value)
      for (const [index, { resume }] of tickets.entries()) resume(Effect.succeed(answers[index]))
      return
    }
    // If one of the streams may be the reason, each caller reads by itself and gets its own error.
    const answer = tickets.length === 1 || isDisconnect(exit.cause) ? Effect.failCause(exit.cause) : Effect.undefined
    for (const { resume } of tickets) resume(answer)
  })
}

const isDisconnect = (cause: Cause.Cause<SqlError.SqlError>): boolean =>
  Option.exists(Cause.findErrorOption(cause), Database.isDisconnect)

const alonePage = (rows: ReadonlyArray<EventRow.PageRow>): FirstPage => ({
  rows,
  isLast: rows.length < EventRow.pageEvents && EventRow.bytesOf(rows) < EventRow.pageBytes
})

const pages = (tickets: ReadonlyArray<Ticket>, rows: ReadonlyArray<NumberedRow>): ReadonlyArray<FirstPage> => {
  const streams = tickets.map((): Array<NumberedRow> => [])
  for (const row of rows) streams[row.number - 1]?.push(row)
  return streams.map((rows) => {
    // The last row may lack its data, which is too large for this page.
    const bytes = EventRow.bytesOf(rows)
    return {
      rows: bytes > most.bytes ? rows.slice(0, -1) : rows,
      isLast: bytes < most.bytes && rows.length < most.events
    }
  })
}

const makeStatements = ({ schema, sql }: Database.Database, columns: ReadonlyArray<Column>): Statements => {
  const { inner, outer } = EventRow.pageColumns("version", columns)
  const table = `"${schema}".event_store`
  const alone = `SELECT ${outer} FROM (` +
    `SELECT ${inner} FROM ${table} WHERE stream = $1::text AND version > $2::bigint ` +
    `ORDER BY version LIMIT ${EventRow.pageEvents}) AS page ` +
    `WHERE bytes_before < ${EventRow.pageBytes} ORDER BY page.version`
  // Data over the limit is omitted and its event is read again: many large events in one answer would not fit into memory.
  const fitting = outer.replaceAll(
    /\b(data|metadata)\b/g,
    (name) => `CASE WHEN bytes_before + size <= ${most.bytes} THEN ${name} END AS ${name}`
  )
  const together = `SELECT wanted.number::int AS number, ${fitting} ` +
    "FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS wanted(stream, after, number), LATERAL (" +
    `SELECT ${inner} FROM ${table} AS events WHERE events.stream = wanted.stream AND events.version > wanted.after ` +
    `ORDER BY events.version LIMIT ${most.events}) AS page ` +
    `WHERE bytes_before < ${most.bytes} ORDER BY wanted.number, page.version`
  return {
    alone: ({ after, stream }) => sql.unsafe(alone, [stream, BigInt(after)]),
    together: (tickets) =>
      sql.unsafe(together, [tickets.map(({ stream }) => stream), tickets.map(({ after }) => BigInt(after))])
  }
}
