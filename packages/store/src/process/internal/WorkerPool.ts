/** A bounded pool of workers, and the poll for due instances: a slow instance occupies one worker. */
import type { Tagged } from "@refold/core/event/EventType"
import { printable } from "@refold/core/internal/event/Printable"
import type { ProcessRow } from "@refold/core/internal/process/ProcessRows"
import type { Process } from "@refold/core/process/Process"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { EventReader } from "../../log/EventReader.ts"
import { EventStoreError, PermissionDenied } from "../../log/EventStoreError.ts"
import * as Outage from "../../log/internal/Outage.ts"
import * as Polling from "../../log/internal/Polling.ts"
import { isSame, type LogHead } from "../../log/LogHead.ts"
import type { Row } from "../../project/internal/Row.ts"
import type { ReadModelStore, RowsIdentity } from "../../project/ReadModelStore.ts"
import type { RetryableFailure, Services } from "../ProcessHandler.ts"
import { findDue, type FindFailure, hasDue } from "./DueInstances.ts"
import * as InstanceBackoff from "./InstanceBackoff.ts"
import * as ObserverProgress from "./ObserverProgress.ts"
import type { RunnerOptions } from "./RunnerOptions.ts"
import type { Worker } from "./Worker.ts"

/** The result of one pass over the due instances. */
export interface Pass {
  /** Whether something may be left to do. */
  readonly mayHaveMore: boolean
  /** The failure of the work on an instance. */
  readonly failures: ReadonlyArray<RetryableFailure>
}

/** Works once on each instance that is due, and ends then. */
export const runOnce = Effect.fnUntraced(function*<Event extends Tagged, State, R>(
  process: Process<Event, State>,
  worker: Worker<R>,
  progress: Omit<ObserverProgress.ObserverProgress, "instance">,
  { concurrency }: Pick<RunnerOptions<R>, "concurrency">
): Effect.fn.Return<Pass, FindFailure, Services | ReadModelStore | R> {
  const due = yield* findDue(process, progress.until)
  const worked = yield* Effect.forEach(due, (row) => Effect.result(worker(row, progress)), { concurrency })
  return {
    mayHaveMore: worked.some(Result.match({
      onSuccess: ({ done, isHeld }) => done > 0 || isHeld,
      onFailure: () => true
    })),
    failures: worked.flatMap((result) => Result.isFailure(result) ? [result.failure] : [])
  }
})

/** Works on due instances without end. Waits for a store that cannot be reached; fails if the role lacks a right. */
export const run = <Event extends Tagged, State, R>(
  process: Process<Event, State>,
  observer: RowsIdentity,
  worker: Worker<R>,
  { concurrency, pollInterval }: Pick<RunnerOptions<R>, "concurrency" | "pollInterval">
): Effect.Effect<never, FindFailure, Services | ReadModelStore | R> =>
  Effect.gen(function*() {
    const pool: Pool = {
      due: yield* Queue.unbounded<Due>(),
      polls: yield* Queue.sliding<void>(1),
      busy: new Set<string>(),
      backoff: InstanceBackoff.start(),
      instance: undefined,
      head: undefined,
      quiet: undefined
    }
    const loop = Outage.loops(`process "${process.name}"`)()
    const logged = Polling.untraced(poll(process, ObserverProgress.track(observer), pool)).pipe(
      Effect.andThen(loop.succeeded),
      Effect.catchTag(
        "EventStoreError",
        (error) => error.isPermanent === true ? Effect.fail(error) : loop.failed(error)
      )
    )
    const workers = Array.from({ length: concurrency }, () => Effect.forever(workOnNext(worker, pool)))
    const polling = Effect.forever(Effect.andThen(Queue.take(pool.polls), logged))
    const all = [...workers, requestPolls(pool, pollInterval), polling]
    return yield* Effect.andThen(Effect.all(all, { concurrency: "unbounded", discard: true }), Effect.never)
  })

/** An instance with due work, and the progress of the observer when it was found. */
interface Due {
  readonly row: Row<ProcessRow>
  readonly progress: ObserverProgress.ObserverProgress
}

/** The state that the workers and the poll share. */
interface Pool {
  readonly due: Queue.Queue<Due>
  /** A requested poll; further requests before it runs are merged. */
  readonly polls: Queue.Queue<void>
  /** The streams of the instances in `due` and of those that are worked on. */
  readonly busy: Set<string>
  readonly backoff: InstanceBackoff.InstanceBackoff
  /** The instance of the log that answered last. */
  instance: string | undefined
  /** The head that was seen last. */
  head: LogHead | undefined
  /** The head at which the last complete poll found no work. */
  quiet: LogHead | undefined
}

const poll = Effect.fnUntraced(function*<R>(
  process: Pick<Process<never, unknown>, "rows">,
  readProgress: Effect.Effect<ObserverProgress.ObserverProgress, FindFailure, R>,
  pool: Pool
): Effect.fn.Return<void, FindFailure, EventReader | ReadModelStore | R> {
  const { backoff, busy, due } = pool
  if (Queue.sizeUnsafe(due) > 0) return
  const now = yield* Clock.currentTimeMillis
  const { head, quiet } = pool
  const isQuiet = head !== undefined && quiet !== undefined && isSame(head, quiet) && busy.size === 0
  // Nothing was appended since, so only a timeout can have become due.
  if (isQuiet && !(yield* hasDue(process, now))) return
  const progress = yield* readProgress
  pool.instance = progress.instance
  const found = yield* findDue(process, progress.until, ({ key }) => !busy.has(key) && backoff.isOver(key, now))
  pool.quiet = found.length === 0 ? head : undefined
  for (const { key } of found) busy.add(key)
  yield* Queue.offerAll(due, found.map((row) => ({ row, progress })))
})

const workOnNext = Effect.fnUntraced(function*<R>(worker: Worker<R>, pool: Pool) {
  const { backoff, busy, due, polls } = pool
  const { progress, row } = yield* Queue.take(due)
  if (progress.instance !== pool.instance) {
    // The log may have lost the events of this row.
    busy.delete(row.key)
    yield* Queue.offer(polls, undefined)
    return
  }
  const worked = yield* Effect.exit(worker(row, progress))
  busy.delete(row.key)
  if (Exit.isFailure(worked)) {
    const denied = deniedBy(worked.cause)
    if (denied !== undefined) return yield* denied
    yield* Effect.logWarning(printable(`the work on instance "${row.key}" failed and is retried`), worked.cause)
    yield* backoff.delay(row.key, yield* Clock.currentTimeMillis)
  }
  // A held timeout can fire only after something else happened, and that requests a poll itself.
  const isHeld = Exit.isSuccess(worked) && worked.value.done === 0 && worked.value.isHeld
  if (Queue.sizeUnsafe(due) === 0 && !isHeld) yield* Queue.offer(polls, undefined)
})

// Without the right the work on every instance fails.
const deniedBy = (cause: Cause.Cause<RetryableFailure>): EventStoreError | undefined => {
  const error = Cause.squash(cause)
  return error instanceof EventStoreError && error.cause instanceof PermissionDenied ? error : undefined
}

// At each new head of the log, and for timeouts at each interval.
const requestPolls = Effect.fnUntraced(function*(
  pool: Pool,
  pollInterval: RunnerOptions<never>["pollInterval"]
): Effect.fn.Return<void, EventStoreError, EventReader> {
  const { logHeads } = yield* EventReader
  const heads = Stream.tap(logHeads, (head) =>
    Effect.sync(() => {
      pool.head = head
      pool.instance = head.instance
    }))
  const requests = Stream.merge(heads, Stream.tick(pollInterval))
  yield* Stream.runForEach(requests, () => Queue.offer(pool.polls, undefined))
})
