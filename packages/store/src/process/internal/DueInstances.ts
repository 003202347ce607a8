/** Finds the instances of a process for which something is due: commands to dispatch, timeouts to fire. */
import type { ProcessRow } from "@refold/core/internal/process/ProcessRows"
import type { Process } from "@refold/core/process/Process"
import type { Cursor } from "@refold/core/project/RowQuery"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import { EventReader } from "../../log/EventReader.ts"
import { EventStoreError } from "../../log/EventStoreError.ts"
import * as CatchUp from "../../project/internal/CatchUp.ts"
import type { Page, Row } from "../../project/internal/Row.ts"
import type { DefinitionMismatch } from "../../project/ProjectionError.ts"
import * as Projector from "../../project/Projector.ts"
import * as ReadModel from "../../project/ReadModel.ts"
import { ReadModelStore } from "../../project/ReadModelStore.ts"

/** The errors of finding instances. */
export type FindFailure = Projector.CatchUpFailure | DefinitionMismatch

/**
 * Rows of instances that are due at this time and that `isFree` accepts, in random order. If there are very many, those that
 * have been due for the longest.
 */
export const findDue = Effect.fnUntraced(function*(
  { rows }: Pick<Process<never, unknown>, "rows">,
  until: DateTime.Utc,
  isFree: (row: Row<ProcessRow>) => boolean = () => true
): Effect.fn.Return<ReadonlyArray<Row<ProcessRow>>, FindFailure, ReadModelStore | EventReader> {
  yield* catchUpLive(rows)
  // Other runners find the same rows; in a random order they seldom work on the same instance.
  return yield* Random.shuffle(yield* dueAt(rows, until.epochMilliseconds, isFree))
})

/** Whether any instance is due at this time, by the rows as they are stored; true if they cannot be read. */
export const hasDue = (
  { rows }: Pick<Process<never, unknown>, "rows">,
  until: number
): Effect.Effect<boolean, never, ReadModelStore | EventReader> =>
  readDue(rows, until, undefined, 1).pipe(
    Effect.map((page) => page.rows.length > 0),
    Effect.orElseSucceed(() => true)
  )

// Only the live rows are read, so that a rebuild of the rows does not block.
const catchUpLive = Effect.fnUntraced(function*(
  rows: Process<never, unknown>["rows"]
): Effect.fn.Return<void, FindFailure, ReadModelStore | EventReader> {
  const generations = yield* (yield* ReadModelStore).generations(rows.name)
  const live = generations.find(({ status, version }) => status === "Live" && version === rows.version)
  const head = yield* (yield* EventReader).logHead
  if (live === undefined) yield* Projector.catchUp(rows)
  else yield* CatchUp.catchUp(Projector.targetOf(rows), live.id, { head, wait: true }, CatchUp.defaults)
})

const pageSize = 500

// Continues until a page is full: rows that are not free must not hide the rows after them.
const dueAt = Effect.fnUntraced(function*(
  rows: Process<never, unknown>["rows"],
  until: number,
  isFree: (row: Row<ProcessRow>) => boolean
): Effect.fn.Return<ReadonlyArray<Row<ProcessRow>>, EventStoreError, ReadModelStore | EventReader> {
  const found: Array<Row<ProcessRow>> = []
  let after: Cursor | undefined
  for (;;) {
    const page = yield* readDue(rows, until, after)
    found.push(...page.rows.filter(isFree))
    after = Option.getOrUndefined(page.next)
    if (found.length >= pageSize || after === undefined) return found
  }
})

const readDue = (
  rows: Process<never, unknown>["rows"],
  until: number,
  after: Cursor | undefined,
  limit = pageSize
): Effect.Effect<Page<ProcessRow>, EventStoreError, ReadModelStore | EventReader> =>
  ReadModel.query(rows, { index: "due", range: { to: until + 1 }, limit, after }).pipe(
    Effect.mapError((cause) =>
      cause._tag === "EventStoreError"
        ? cause
        // A row that does not fit stays as it is.
        : new EventStoreError({
          operation: "find instances that are due",
          cause,
          isPermanent: cause._tag === "UnreadableRow"
        })
    )
  )
