/**
 * The head: how far the global log can be read without missing an event. The head of one store never decreases within a
 * process.
 */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import { Position, start } from "@refold/core/event/Position"
import type { AsOf } from "@refold/core/journal/AsOf"
import type { ReadFailure } from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"

/** The head of one store. */
export interface Head {
  /** The position of the last event that can be read now. */
  readonly current: Effect.Effect<Position, ReadFailure>
  /** How far to read as of a point of the log, now by default. Sends no query if the answer is known. */
  readonly asOf: (asOf: AsOf | undefined) => Effect.Effect<Position, ReadFailure>
}

/** Remembers the head of a store. */
export const make = (database: Database): Head => {
  // A writer may take long between reading the sequence and taking its lock. Then the head is held back, for nothing, to
  // a position that was passed already. A reader that was given the higher head would silently get fewer events.
  let highest = start
  const current = Effect.map(ask(database), (answer) => highest = Position(Math.max(highest, answer)))
  return {
    current,
    asOf: (asOf) =>
      Effect.flatMap(
        database.inTransaction,
        (insideTransaction) =>
          asOf?._tag === "Position" && asOf.position <= highest && !insideTransaction
            ? Effect.succeed(asOf.position)
            // The transaction may not see the events up to that head.
            : current
      )
  }
}

interface HeadRow {
  readonly head: bigint
  readonly isolation: string
}

const ask = Effect.fnUntraced(function*(database: Database): Effect.fn.Return<Position, ReadFailure> {
  const { object, sql } = database
  // The isolation, because under a snapshot that is older than the answer a read would miss events.
  const statement = sql<HeadRow>`
    SELECT ${object("read_head")}() AS head, current_setting('transaction_isolation') AS isolation`
  const [row] = yield* query(database, "read head", statement)
  if ((yield* database.inTransaction) && !row!.isolation.startsWith("read ")) {
    const rule = `must be READ COMMITTED for a read of the global log, not ${row!.isolation.toUpperCase()}`
    return yield* new InvalidInput({ field: "transaction isolation", rule })
  }
  return Position(Number(row!.head))
})
