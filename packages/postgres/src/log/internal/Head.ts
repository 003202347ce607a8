/**
 * The head: the position up to which the global log can be read without missing an event. Within a process and an instance of
 * the log, the head of a store never decreases.
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
  /** The instance of the log at the last read. */
  readonly lastInstance: Effect.Effect<string | undefined>
}

/** The head of a store. Logs a warning when the instance of the log changes. */
export const make = (database: Database): Head => {
  // A writer that is slow between reading the sequence and taking its lock holds the head back at a position that readers
  // have passed, without need. A reader with the higher head would then silently get fewer events, so the highest head is
  // kept. Not across instances of the log: another one may lack these events.
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
  // Outside of a transaction each statement has its own snapshot.
  const isolation = (yield* database.inTransaction) ? row!.isolation : "read committed"
  return yield* Effect.fromResult(decode({ ...row!, isolation }))
})
