/** Delivers the events of a batch one by one, or several of different streams at the same time, until one fails or the time is over. */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import type { Outcome } from "../../project/internal/ProjectionTarget.ts"
import type { Batch } from "../../project/ReadModelStore.ts"
import type { Consumer } from "./Definition.ts"
import { deliver, type Place } from "./Deliver.ts"
import * as Deliveries from "./Deliveries.ts"
import * as Lanes from "./Lanes.ts"

/** The options of delivering a batch. */
export interface Delivering {
  readonly waiting: ReadonlySet<StreamName>
  /** Whether a stream is parked at the first failure. */
  readonly isParked: boolean
  readonly place: Place
  /** The events after the checkpoint that ended in the last batch of each partition. */
  readonly memory: Map<string, Lanes.Outcomes>
}

/** An outcome without rows. */
export const nothing = { rows: [], removed: [], keepsNewer: false }

// A batch ends after this time, so that few events are delivered again after a crash, and no transaction is open for long.
const maxMillis = 1000

/** In order, up to the first failure. The checkpoint of the earlier deliveries is stored first: a retry must not repeat them. */
export const deliverBatch = Effect.fnUntraced(function*<Event extends Tagged, R>(
  consumer: Consumer<Event, R>,
  batch: Batch,
  events: ReadonlyArray<RecordedEvent>,
  { isParked, memory, place, waiting }: Delivering
): Effect.fn.Return<Outcome, never, R> {
  const { generation: { id, partitions }, partition, readHead } = batch
  // By key, an event of another partition has ended, too: with another number of partitions it may be in this one.
  const own = `${id}:${partition}/${partitions}`
  const lanes = Lanes.make(events, waiting, memory.get(own) ?? new Map())
  const folded = yield* deliverLanes(lanes, {
    // The statements of a transaction share one connection.
    concurrency: place === "outside" ? Math.max(1, Math.min(consumer.concurrency, events.length)) : 1,
    deliver: (event) => Effect.result(deliverOne(consumer, batch, event, place))
  })
  const { covered, failed, outcomes } = Lanes.progress(lanes)
  memory.set(own, outcomes)
  const outcome = { ...nothing, folded }
  if (failed === undefined) return { ...outcome, poisoned: [], covered }
  // If the transaction fails, all running handlers fail: these are not counted as failed attempts.
  if (Exit.isFailure(yield* Effect.exit(readHead))) memory.set(own, Lanes.withoutFailures(outcomes))
  const { reason, stream, type, version } = failed
  yield* Effect.logWarning(
    `consumer "${consumer.name}" could not handle event ${version} of stream "${stream}" (${type}): ${reason}`
  )
  const isFirst = events.slice(0, covered).every((event) => waiting.has(event.stream))
  return isFirst || isParked
    ? { ...outcome, poisoned: [failed], covered: covered + 1 }
    : { ...outcome, poisoned: [], covered, failed }
})

interface Workers<R> {
  readonly concurrency: number
  readonly deliver: (event: RecordedEvent) => Effect.Effect<Lanes.Ended, never, R>
}

// Returns how many events were delivered.
const deliverLanes = Effect.fnUntraced(function*<R>(
  lanes: Lanes.Lanes,
  { concurrency, deliver }: Workers<R>
): Effect.fn.Return<number, never, R> {
  const end = (yield* Clock.currentTimeMillis) + maxMillis
  let isOver = false
  let folded = 0
  // A worker that finds no event ends: the remaining events are of streams on which the other workers are working.
  const worker = Effect.gen(function*() {
    for (;;) {
      if (lanes.begun > 0 && (isOver || (yield* Clock.currentTimeMillis) >= end)) return
      const place = Lanes.take(lanes)
      if (place === undefined) return
      const ended = yield* deliver(lanes.events[place]!)
      Lanes.end(lanes, place, ended)
      if (Result.isSuccess(ended)) folded++
    }
  })
  const workers = yield* Effect.forkChild(
    Effect.forEach(Arr.range(1, concurrency), () => worker, { concurrency: "unbounded", discard: true })
  )
  // An interruption that waits until the batch is stored ends it before its next event.
  yield* Effect.exit(Effect.interruptible(Fiber.await(workers)))
  isOver = true
  yield* Fiber.join(workers)
  return folded
})

const deliverOne = Effect.fnUntraced(function*<Event extends Tagged, R>(
  consumer: Consumer<Event, R>,
  batch: Batch,
  recorded: RecordedEvent,
  place: Place
): Effect.fn.Return<void, PoisonedEvent, R> {
  const delivered = yield* Effect.fromResult(Deliveries.of(consumer, recorded, batch))
  const { name, timeout } = consumer
  const attributes = { consumer: name, type: recorded.type, position: recorded.position }
  if (delivered.length === 0) return
  yield* deliver(batch, Deliveries.handle(consumer, delivered), { place, timeout }).pipe(
    Effect.withSpan("refold.consumer.delivery", { attributes }),
    Effect.mapError((reason) => Deliveries.poisoned(name, recorded, "Handle", reason))
  )
})
