/**
 * How far the global log can be read without ever missing an event. What was once said to be settled stays so, and so
 * the head of one store in one process never goes back.
 */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import { Position, start } from "@refold/core/event/Position"
import type { AsOf } from "@refold/core/journal/AsOf"
import type { ReadFailure } from "@refold/store/log/EventReader"
import * as Effect from "effect/Effect"
import type { Database } from "./Database.ts"
import { query } from "./Query.ts"

/** The head of one store. */
export interface Head {
  /** The position of the last event that can be read now. */
  readonly current: Effect.Effect<Position, ReadFailure>
  /** How far to read for what counts as of then, of now by default. Asks nothing where the answer is known. */
  readonly asOf: (asOf: AsOf | undefined) => Effect.Effect<Position, ReadFailure>
}

/** Remembers the head of a store. */
export const make = (database: Database): Head => {
  // A writer may take long from looking at the sequence to having its lock: then readers are held back, for nothing,
  // to a place that they have passed already. Whoever was told of the higher head, and reads up to it, would be given
  // less than that, and never know.
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
            // The transaction may not see what is known.
            : current
      )
  }
}

interface HeadRow {
  readonly head: bigint
  readonly isolation: string
}

const ask = Effect.fnUntraced(function*(database: Database): Effect.fn.Return<Position, ReadFailure> {
  const [row] = yield* query<HeadRow>(database, "read head", "queries/read_head")
  if ((yield* database.inTransaction) && !row!.isolation.startsWith("read ")) {
    const rule = `must be READ COMMITTED for a read of the global log, not ${row!.isolation.toUpperCase()}`
    return yield* new InvalidInput({ field: "transaction isolation", rule })
  }
  return Position(Number(row!.head))
})
