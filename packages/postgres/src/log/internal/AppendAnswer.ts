/** Converts the rows of an answer to a commit into a result. */
import type { EventId } from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import {
  type AppendError,
  DuplicateEventId,
  IdempotencyConflict,
  versionConflict
} from "@refold/core/journal/AppendError"
import * as Commit from "@refold/core/journal/Commit"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as StoredValue from "../../schema/internal/StoredValue.ts"

/** A row of `append_answer`; columns that an outcome does not use are null. */
export interface AnswerRow {
  readonly outcome: string
  readonly stream: string
  readonly first_version: bigint
  readonly version: bigint
  readonly position: bigint
  readonly recorded_at: Date
  readonly event_id: string | null
}

/** The answer to a commit: what was stored, or why nothing was. */
export const answer = (
  { idempotency, writes }: Commit.Commit,
  rows: Arr.NonEmptyReadonlyArray<AnswerRow>
): Result.Result<Commit.Appended, AppendError | EventStoreError> => {
  const [row] = rows
  switch (row.outcome) {
    case "appended":
      return Result.succeed(appended(rows, false))
    case "deduplicated":
      return stored("append", rows, idempotency!.key)
    case "idempotency_conflict":
      return Result.fail(new IdempotencyConflict({ key: idempotency!.key }))
    case "duplicate_event_id":
      // The database returns ids as they were sent: in lower case.
      return Result.fail(new DuplicateEventId({ id: row.event_id as EventId }))
    default: {
      const { expected, stream } = writes.find((write) => write.stream === row.stream)!
      // The id is set if only the last event differs.
      const lastEventId = row.event_id === null ? undefined : row.event_id as EventId
      return Result.fail(versionConflict(stream, expected, StreamVersion(Number(row.version)), lastEventId))
    }
  }
}

const rules = {
  stream: StoredValue.text,
  first_version: StoredValue.count,
  version: StoredValue.count,
  position: StoredValue.count,
  recorded_at: StoredValue.instant
}

/** The answer that is stored under a key. The owner may have changed it. */
export const stored = (
  operation: string,
  rows: ReadonlyArray<Omit<AnswerRow, "outcome" | "event_id">>,
  key: string
): Result.Result<Commit.Appended, EventStoreError> => {
  for (const row of rows) {
    for (const [field, rule] of Object.entries(rules)) {
      const problem = rule(Reflect.get(row, field))
      if (problem !== undefined) return noAnswer(operation, key, `must have a field "${field}" that ${problem}`)
    }
  }
  return Arr.isReadonlyArrayNonEmpty(rows)
    ? Result.succeed(appended(rows, true))
    : noAnswer(operation, key, "must be the answer to a commit")
}

const noAnswer = (operation: string, key: string, reason: string): Result.Result<never, EventStoreError> =>
  Result.fail(
    StoredValue.unreadable(operation, { table: "idempotency_keys", row: { key }, column: "answer", reason })
  )

/** A stored commit, from a row per write with events. */
export const appended = (
  rows: Arr.NonEmptyReadonlyArray<Omit<AnswerRow, "outcome" | "event_id">>,
  deduplicated: boolean
): Commit.Appended =>
  Commit.appended(
    Arr.map(rows, (row) => ({
      // The name was checked before it was stored.
      stream: row.stream as StreamName,
      firstVersion: StreamVersion(Number(row.first_version)),
      version: StreamVersion(Number(row.version)),
      position: Position(Number(row.position)),
      recordedAt: DateTime.fromDateUnsafe(row.recorded_at)
    })),
    deduplicated
  )
