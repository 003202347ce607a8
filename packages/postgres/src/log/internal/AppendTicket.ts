/** One append in the queue: its statement, and the caller that waits for its answer. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import type { Rows } from "../../schema/internal/Query.ts"
import type { AnswerRow } from "./AppendAnswer.ts"
import type { LockOptions } from "./AppendStatements.ts"
import type { EncodedCommit } from "./EncodedCommit.ts"
import type { Claim, Member } from "./StreamTurns.ts"

/** The rows of the answer to a commit. */
type Answer = Effect.Effect<ReadonlyArray<AnswerRow>, SqlError.SqlError | EventStoreError>

/** An append, as its caller gives it to the queue. */
export interface Append {
  readonly commit: EncodedCommit
  /** Whether it may share a statement with others. */
  readonly isBatchable: boolean
  /** Its own statement. */
  readonly statement: (locks: LockOptions) => Rows<AnswerRow>
}

/** An append in the queue. */
export interface Ticket extends Append, Member {
  /** The context of the caller: the spans of a statement belong to the first append that it carries. */
  readonly context: Context.Context<never>
  /** Gives the caller its answer. */
  resume: (answer: Answer) => void
  /** Whether it has its turn, which it keeps until its caller has left the queue. */
  hasTurn: boolean
  /** Whether it is sent alone because a batch that carried it has failed. */
  isAlone: boolean
  /** Whether its caller waits for an answer. */
  isPending: boolean
  /** Whether its caller has left the queue. */
  isGone: boolean
  /** When it was first answered "busy", by `performance.now`. */
  busySince: number | undefined
  /** The number of "busy" answers. */
  busyAnswers: number
}

/** The names that an append claims, exclusively except for guarded streams: its streams, its event ids and its key. */
export const claims = ({ eventCounts, ids, key, streams }: EncodedCommit): ReadonlyArray<Claim> => {
  const all: Array<Claim> = streams.map((stream, index) => ({
    name: `stream ${stream}`,
    isShared: eventCounts[index] === 0
  }))
  // An id that is repeated in the commit itself is refused by the database.
  for (const id of ids.length === 1 ? ids : new Set(ids)) all.push({ name: `event ${id}`, isShared: false })
  if (key !== "") all.push({ name: `key ${key}`, isShared: false })
  return all
}
