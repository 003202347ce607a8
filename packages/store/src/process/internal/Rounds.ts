/** Rounds through the instances of a process that are due, as often as there is something to do for one. */
import type { Tagged } from "@refold/core/event/EventType"
import type { ProcessRow } from "@refold/core/internal/process/ProcessRows"
import type { Process } from "@refold/core/process/Process"
import type { Cursor } from "@refold/core/project/RowQuery"
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import { EventReader, type ReadFailure } from "../../log/EventReader.ts"
import { EventStoreError } from "../../log/EventStoreError.ts"
import * as CatchUp from "../../project/internal/CatchUp.ts"
import type { Page, Row } from "../../project/internal/Row.ts"
import type { ProjectionOutdated } from "../../project/ProjectionError.ts"
import * as Projector from "../../project/Projector.ts"
import * as ReadModel from "../../project/ReadModel.ts"
import { ReadModelStore } from "../../project/ReadModelStore.ts"
import type { Services, Unsettled } from "../ProcessHandler.ts"
import type { Attendant } from "./Attending.ts"
import type { Met } from "./MetUntil.ts"

/** How a round is made. */
export interface Options {
  /** How many instances are attended to at the same time, 8 by default. */
  readonly concurrency: number
}

/** What a round came to. */
export interface Round {
  /** Whether there may be something left to do. */
  readonly goesOn: boolean
  /** Why something could not be done for an instance. */
  readonly failed: ReadonlyArray<Unsettled>
}

/** Every way in which a round can fail as a whole. */
export type RoundFailure = ProjectionOutdated | ReadFailure

/** Attends to all instances that are due, and gives when that is done. */
export const make = Effect.fnUntraced(function*<Event extends Tagged, State, R>(
  process: Process<Event, State>,
  attendant: Attendant<R>,
  met: Met,
  { concurrency }: Options
): Effect.fn.Return<Round, RoundFailure, Services | ReadModelStore | R> {
  const attended = yield* Effect.forEach(
    yield* findDue(process, met.until),
    (row) => Effect.result(attendant.attend(row, met)),
    { concurrency }
  )
  return {
    goesOn: attended.some(Result.match({ onSuccess: ({ done, isHeld }) => done > 0 || isHeld, onFailure: () => true })),
    failed: attended.flatMap((result) => Result.isFailure(result) ? [result.failure] : [])
  }
})

/** Instances that are due until then, those that have waited longest, but for those that `mayAttend` leaves out. */
export const findDue = Effect.fnUntraced(function*(
  { rows }: Pick<Process<never, unknown>, "rows">,
  until: DateTime.Utc,
  mayAttend: (row: Row<ProcessRow>) => boolean = () => true
): Effect.fn.Return<ReadonlyArray<Row<ProcessRow>>, RoundFailure, ReadModelStore | EventReader> {
  yield* catchUpLive(rows)
  // Others attend, too: in another order, so that they seldom meet.
  return yield* Random.shuffle(yield* dueAt(rows, until.epochMilliseconds, mayAttend))
})

// A rebuild of the rows is not waited for: the live ones are what is read.
const catchUpLive = Effect.fnUntraced(function*(
  rows: Process<never, unknown>["rows"]
): Effect.fn.Return<void, RoundFailure, ReadModelStore | EventReader> {
  const generations = yield* (yield* ReadModelStore).generations(rows.name)
  const live = generations.find(({ status, version }) => status === "Live" && version === rows.version)
  const head = yield* (yield* EventReader).head
  if (live === undefined) yield* Projector.catchUp(rows)
  else yield* CatchUp.catchUp(Projector.targetOf(rows), live.id, { head, wait: true }, CatchUp.pace)
})

const pageOfDue = 500

// However many are left out: those that come after them have their turn.
const dueAt = Effect.fnUntraced(function*(
  rows: Process<never, unknown>["rows"],
  until: number,
  mayAttend: (row: Row<ProcessRow>) => boolean
): Effect.fn.Return<ReadonlyArray<Row<ProcessRow>>, EventStoreError, ReadModelStore | EventReader> {
  const found: Array<Row<ProcessRow>> = []
  let after: Cursor | undefined
  for (;;) {
    const page = yield* readDue(rows, until, after)
    found.push(...page.rows.filter(mayAttend))
    after = Option.getOrUndefined(page.next)
    if (found.length >= pageOfDue || after === undefined) return found
  }
})

const readDue = (
  rows: Process<never, unknown>["rows"],
  until: number,
  after: Cursor | undefined
): Effect.Effect<Page<ProcessRow>, EventStoreError, ReadModelStore | EventReader> =>
  ReadModel.query(rows, { index: "due", range: { to: until + 1 }, limit: pageOfDue, after }).pipe(
    Effect.mapError((cause) =>
      cause._tag === "EventStoreError"
        ? cause
        : new EventStoreError({ operation: "find instances that are due", cause })
    )
  )
