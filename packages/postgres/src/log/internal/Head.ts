/**
 * The head: how far the global log can be read without missing an event. The head of one store never decreases within a
 * process and an instance of the log.
 */
import { invalid, type InvalidInput } from "@refold/core/event/InvalidInput"
import { Position } from "@refold/core/event/Position"
import type { ReadFailure } from "@refold/store/log/EventReader"
import type { LogHead } from "@refold/store/log/LogHead"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"

/** Reads the head of one store. */
export type ReadHead = Effect.Effect<LogHead, ReadFailure>

/** The head of one store. */
export interface Head {
  readonly read: ReadHead
  /** The instance of the log that answered last. */
  readonly lastInstance: Effect.Effect<string | undefined>
}

/** Remembers the head of a store. Logs a warning when another instance of the log answers. */
export const make = (database: Database): Head => {
  // A writer may take long between reading the sequence and taking its lock. Then the head is held back, for nothing, to
  // a position that was passed already. A reader that was given the higher head would silently get fewer events. Another
  // instance of the log may lack the events up to there.
  let highest: LogHead | undefined
  const read = Effect.gen(function*() {
    const answer = yield* ask(database)
    if (highest?.instance === answer.instance) {
      if (highest.position > answer.position) return highest
    } else if (highest !== undefined) {
      yield* Effect.logWarning(
        `schema "${database.schema}" is answered by a server that was restarted or replaced: its log ends at position ${answer.position}, before at ${highest.position}. What was remembered of it is dropped`
      )
    }
    return highest = answer
  })
  return { read, lastInstance: Effect.sync(() => highest?.instance) }
}

/** The columns that a statement reads the head with. */
export interface HeadRow {
  readonly head: bigint
  readonly instance: string
  readonly isolation: string
}

/** The columns of `HeadRow`. */
export const columns = ({ object, sql }: Database): Statement.Fragment =>
  // The isolation, because under a snapshot that is older than the answer a read would miss events.
  sql`${object("read_head")}() AS head, (SELECT i.token FROM ${object("log_instance")} AS i) AS instance,
    current_setting('transaction_isolation') AS isolation`

/** The head of these columns, read in a transaction. Fails if its snapshot may be older than the head. */
export const decode = ({ head, instance, isolation }: HeadRow): Result.Result<LogHead, InvalidInput> =>
  isolation.startsWith("read ")
    ? Result.succeed({ position: Position(Number(head)), instance })
    : invalid(
      "transaction isolation",
      `must be READ COMMITTED for a read of the global log, not ${isolation.toUpperCase()}`
    )

const ask = Effect.fnUntraced(function*(database: Database): Effect.fn.Return<LogHead, ReadFailure> {
  const { sql } = database
  const [row] = yield* query(database, "read head", sql<HeadRow>`SELECT ${columns(database)}`)
  // Outside of a transaction each statement has a snapshot of its own.
  const isolation = (yield* database.inTransaction) ? row!.isolation : "read committed"
  return yield* Effect.fromResult(decode({ ...row!, isolation }))
})
