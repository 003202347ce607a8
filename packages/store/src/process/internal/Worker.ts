/** Works on one instance of a process: dispatches its commands one after another, then fires its due timeouts. */
import type { Tagged } from "@refold/core/event/EventType"
import type { PendingCommand, PendingTimeout, PendingWork } from "@refold/core/internal/process/PendingWork"
import type { ProcessRow } from "@refold/core/internal/process/ProcessRows"
import type { Process } from "@refold/core/process/Process"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { EventReader } from "../../log/EventReader.ts"
import type { Row } from "../../project/internal/Row.ts"
import type { RetryableFailure, Services } from "../ProcessHandler.ts"
import { dispatch } from "./CommandDispatcher.ts"
import * as InstanceCache from "./InstanceCache.ts"
import * as InstanceHandler from "./InstanceHandler.ts"
import type { ObserverProgress } from "./ObserverProgress.ts"
import { recordOutcomeOf } from "./OutcomeRecorder.ts"
import type { RunnerOptions } from "./RunnerOptions.ts"

/**
 * Does all work that is due for an instance, also work that results from it. A timeout fires only after every event that may
 * have cancelled it was observed.
 */
export type Worker<R> = (
  row: Row<ProcessRow>,
  progress: Omit<ObserverProgress, "instance"> & Partial<ObserverProgress>
) => Effect.Effect<Worked, RetryableFailure, R | Services>

/** The work done for an instance. */
interface Worked {
  /** The number of commands dispatched and timeouts fired. */
  readonly done: number
  /** Whether a due timeout could not fire, because the observer is behind. */
  readonly isHeld: boolean
}

/** The worker of a process. */
export const of = <Event extends Tagged, State, R>(
  process: Process<Event, State>,
  options: RunnerOptions<R>
): Worker<R> => {
  const handle = InstanceHandler.of(process)
  const send = (stream: string, instance: string, command: PendingCommand) =>
    recordOutcomeOf(process, handle, { stream, instance, command }, dispatch(options, stream, command))
  return Effect.fnUntraced(function*({ key: stream, state: { instance } }, progress) {
    const { lastInstance } = yield* EventReader
    const loaded = yield* load(process, instance)
    let { pending } = loaded.state
    let mayFire = loaded.position <= progress.position
    for (let done = 0;; done++) {
      // The log may have lost the pending work.
      if (progress.instance !== undefined && (yield* lastInstance) !== progress.instance) return { done, isHeld: false }
      const command = Option.getOrUndefined(Chunk.head(pending.commands))
      const timeout = nextDue(pending, progress.until)
      if (command !== undefined) {
        pending = yield* send(stream, instance, command)
        // The events that it led to have to be observed first.
        mayFire = false
      } else if (timeout !== undefined && mayFire) {
        pending = yield* fire(handle, { stream, instance, timeout, correlationId: pending.correlationId })
      } else return { done, isHeld: timeout !== undefined }
    }
  })
}

// The row has the due time, and not the pending work. Code that is too old for an event of the instance could
// not record the outcome of a command: it would send the command again and again.
const load = <Event extends Tagged, State>(process: Process<Event, State>, instance: string) =>
  InstanceCache.load(process, instance).pipe(
    Effect.tap(({ state: { state } }) =>
      Result.isFailure(state) && state.failure.newer !== undefined ? state.failure.newer : Effect.void
    ),
    Effect.mapError(InstanceHandler.asRetryable)
  )

// In the order of their due times, whatever the order in which they were scheduled.
const nextDue = ({ timeouts }: PendingWork, until: DateTime.Utc): PendingTimeout | undefined =>
  timeouts
    .filter(({ due }) => DateTime.isLessThanOrEqualTo(due, until))
    .toSorted((one, two) => DateTime.Order(one.due, two.due))[0]

interface DueTimeout {
  readonly stream: string
  readonly instance: string
  readonly timeout: PendingTimeout
  readonly correlationId: string
}

const fire = (
  handle: InstanceHandler.InstanceHandler,
  { correlationId, instance, stream, timeout: { name, scheduledAt, scheduledBy } }: DueTimeout
): Effect.Effect<PendingWork, RetryableFailure, Services> => {
  const metadata = { correlationId, causationId: `${stream}#${scheduledAt}` }
  const decision = scheduledBy === undefined ? {} : { scheduledBy }
  return handle(instance, { _tag: "TimeOut", name, scheduledAt, ...decision }, { metadata }).pipe(
    Effect.map(({ state }) => state.pending),
    Effect.mapError(InstanceHandler.asRetryable)
  )
}
