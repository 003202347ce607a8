/** Rounds through the instances of a process that are due, as often as there is something to do for one. */
import type { Process } from "@refold/core/Process"
import type { ProcessRow } from "@refold/core/ProcessRows"
import type { Cursor } from "@refold/core/RowQuery"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import type { EventReader, ReadFailure } from "../EventReader.ts"
import { EventStoreError } from "../EventStoreError.ts"
import type { Services, Unsettled } from "../ProcessHandler.ts"
import type { ProjectionOutdated } from "../ProjectionError.ts"
import * as Projector from "../Projector.ts"
import * as ReadModel from "../ReadModel.ts"
import type { ReadModelStore } from "../ReadModelStore.ts"
import type { Page, Row } from "../Row.ts"
import type { Attendant } from "./Attending.ts"

/** How a round is made. */
export interface Options {
  /** How many instances are attended to at the same time, 8 by default. */
  readonly concurrency: number
}

/** What a round came to. */
export interface Round {
  /** How many commands were sent and timeouts fired. */
  readonly done: number
  /** Instances for which that was not possible, and why. */
  readonly failed: ReadonlyArray<{ readonly stream: string; readonly error: Unsettled }>
}

/** Every way in which a round can fail as a whole. */
export type RoundFailure = ProjectionOutdated | ReadFailure

/** Attends to all instances that are due, and gives when that is done. */
export const make = Effect.fnUntraced(function*<Event extends { readonly _tag: string }, State, R>(
  process: Process<Event, State>,
  attendant: Attendant<R>,
  { concurrency }: Options
): Effect.fn.Return<Round, RoundFailure, Services | ReadModelStore | R> {
  const attended = yield* Effect.forEach(
    yield* findDue(process),
    (row) => Effect.map(Effect.result(attendant.attend(row)), (result) => ({ stream: row.key, result })),
    { concurrency }
  )
  return {
    done: attended.reduce((sum, { result }) => sum + (Result.isSuccess(result) ? result.success : 0), 0),
    failed: attended.flatMap(({ result, stream }) =>
      Result.isFailure(result) ? [{ stream, error: result.failure }] : []
    )
  }
})

/** Instances that are due, those that have waited longest, but for those that `mayAttend` leaves out. */
export const findDue = Effect.fnUntraced(function*(
  { rows }: Pick<Process<never, unknown>, "rows">,
  mayAttend: (stream: string, now: number) => boolean = () => true
): Effect.fn.Return<ReadonlyArray<Row<ProcessRow>>, RoundFailure, ReadModelStore | EventReader> {
  yield* Projector.catchUp(rows)
  const now = yield* Clock.currentTimeMillis
  // Others attend, too: in another order, so that they seldom meet.
  return yield* Random.shuffle(yield* dueAt(rows, now, ({ key }) => mayAttend(key, now)))
})

const pageOfDue = 500

// However many are left out: those that come after them have their turn.
const dueAt = Effect.fnUntraced(function*(
  rows: Process<never, unknown>["rows"],
  now: number,
  mayAttend: (row: Row<ProcessRow>) => boolean
): Effect.fn.Return<ReadonlyArray<Row<ProcessRow>>, EventStoreError, ReadModelStore | EventReader> {
  const found: Array<Row<ProcessRow>> = []
  let after: Cursor | undefined
  for (;;) {
    const page = yield* readDue(rows, now, after)
    found.push(...page.rows.filter(mayAttend))
    after = Option.getOrUndefined(page.next)
    if (found.length >= pageOfDue || after === undefined) return found
  }
})

const readDue = (
  rows: Process<never, unknown>["rows"],
  now: number,
  after: Cursor | undefined
): Effect.Effect<Page<ProcessRow>, EventStoreError, ReadModelStore | EventReader> =>
  ReadModel.query(rows, { index: "due", range: { to: now + 1 }, limit: pageOfDue, after }).pipe(
    Effect.mapError((cause) =>
      cause._tag === "EventStoreError"
        ? cause
        : new EventStoreError({ operation: "find instances that are due", cause })
    )
  )
