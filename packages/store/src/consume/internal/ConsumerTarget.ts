/** A consumer as a target of the projector: a checkpoint and parked streams without rows, and effects instead of a fold. */
import type { Tagged } from "@refold/core/event/EventType"
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import type { PoisonedEvent } from "@refold/core/project/PoisonedEvent"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { WireTransform } from "../../log/WireTransform.ts"
import * as ParkingPolicy from "../../project/internal/ParkingPolicy.ts"
import type { Outcome, ProjectionTarget } from "../../project/internal/ProjectionTarget.ts"
import type { Batch } from "../../project/ReadModelStore.ts"
import type { Consumer } from "./Definition.ts"
import { deliver, type Place, undoing } from "./Deliver.ts"
import * as Deliveries from "./Deliveries.ts"

/** The target of a consumer. */
export const make = <Event extends Tagged, R>(consumer: Consumer<Event, R>): ProjectionTarget<R> => {
  const { categories, events, handleAll, inTransaction, name, startAt, types } = consumer
  return {
    name,
    // Never raised: what was delivered cannot be taken back, so there is nothing to build again.
    version: 1,
    definition: StoredDefinition.render({ kind: "consumer", types, categories, indexes: [] }),
    indexes: [],
    types,
    categories,
    checkVersion: events.checkVersion,
    isKeyedByStream: true,
    partitionedBy: consumer.partitionBy === undefined ? "stream" : "key",
    startAfter: (head) =>
      startAt === "now" ? head : startAt === "start" ? Position.start : startAt.after < head ? startAt.after : head,
    isDrained: true,
    fold: Effect.fnUntraced(function*(batch, recorded, waiting, { attempts }) {
      const { fromWire } = yield* WireTransform
      const events = yield* fromWire(recorded)
      const isParked = !ParkingPolicy.isRetried({ attempts }, 1)
      const oneByOne = (place: Place) => deliverAll(consumer, batch, events, { waiting, isParked, place })
      const isInside = inTransaction || batch.outside === undefined
      const place = isInside ? "inside" : "outside"
      if (handleAll === undefined && !isInside) return yield* oneByOne(place)
      const together = handleAll === undefined
        ? Effect.filterOrFail(oneByOne(place), isWhole, () => "an event failed")
        : deliverTogether(consumer, batch, events.filter(({ stream }) => !waiting.has(stream)), place)
      // All behind one savepoint, and if one fails, again, each behind its own.
      return yield* Effect.catch(
        isInside ? undoing(batch, together) : together,
        () => oneByOne(isInside ? "savepoint" : "outside")
      )
    })
  }
}

const isWhole = ({ failed, poisoned }: Outcome): boolean => failed === undefined && poisoned.length === 0

const nothing = { rows: [], removed: [], keepsNewer: false }

const deliverTogether = Effect.fnUntraced(function*<Event extends Tagged, R>(
  consumer: Consumer<Event, R>,
  batch: Batch,
  events: ReadonlyArray<RecordedEvent>,
  place: Place
): Effect.fn.Return<Outcome, string, R> {
  const decoded = Result.all(events.map((event) => Deliveries.of(consumer, event, batch)))
  const delivered = yield* Effect.mapError(Effect.fromResult(decoded), ({ reason }) => reason)
  const all = delivered.flat()
  const attributes = { consumer: consumer.name, events: all.length }
  if (all.length > 0) {
    yield* deliver(batch, Deliveries.handle(consumer, all), { place, timeout: consumer.timeout }).pipe(
      Effect.withSpan("refold.consumer.delivery", { attributes })
    )
  }
  return { ...nothing, poisoned: [], folded: events.length }
})

interface Delivering {
  readonly waiting: ReadonlySet<StreamName>
  /** Whether a stream is parked at the first failure. */
  readonly isParked: boolean
  readonly place: Place
}

// A batch ends after this time, so that few events are delivered again after a crash, and no transaction is open for long.
const maxMillis = 1000

// In order, up to the first failure. What was delivered before it is stored first: it must not be delivered again with it.
const deliverAll = Effect.fnUntraced(function*<Event extends Tagged, R>(
  consumer: Consumer<Event, R>,
  batch: Batch,
  events: ReadonlyArray<RecordedEvent>,
  { isParked, place, waiting }: Delivering
): Effect.fn.Return<Outcome, never, R> {
  const end = (yield* Clock.currentTimeMillis) + maxMillis
  let folded = 0
  for (const [covered, event] of events.entries()) {
    if (waiting.has(event.stream)) continue
    const isOver = folded > 0 && ((yield* Clock.currentTimeMillis) >= end || (yield* isInterrupted))
    if (isOver) return { ...nothing, poisoned: [], folded, covered }
    const delivered = yield* Effect.result(deliverOne(consumer, batch, event, place))
    if (Result.isFailure(delivered)) {
      const { reason, stream, type, version } = delivered.failure
      const what = `event ${version} of stream "${stream}" (${type})`
      yield* Effect.logWarning(`consumer "${consumer.name}" could not handle ${what}: ${reason}`)
      return folded === 0 || isParked
        ? { ...nothing, poisoned: [delivered.failure], folded, covered: covered + 1 }
        : { ...nothing, poisoned: [], folded, covered, failed: delivered.failure }
    }
    folded++
  }
  return { ...nothing, poisoned: [], folded }
})

// An interruption that waits until the batch is stored.
const isInterrupted = Effect.map(Effect.exit(Effect.interruptible(Effect.void)), Exit.isFailure)

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
