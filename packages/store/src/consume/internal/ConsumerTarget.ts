/** A consumer as a target of the projector: a checkpoint and parked streams without rows, and effects instead of a fold. */
import type { Tagged } from "@refold/core/event/EventType"
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { attempt } from "@refold/core/internal/event/Reason"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import { PoisonedEvent, type Stage } from "@refold/core/project/ProjectionFold"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Result from "effect/Result"
import { Causation } from "../../log/Causation.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import * as ParkingPolicy from "../../project/internal/ParkingPolicy.ts"
import type { Outcome, ProjectionTarget } from "../../project/internal/ProjectionTarget.ts"
import type { Batch } from "../../project/ReadModelStore.ts"
import type { Consumer } from "./Definition.ts"
import { deliver, type Place, undoing } from "./Deliver.ts"

/** The target of a consumer. */
export const make = <Event extends Tagged, R>(consumer: Consumer<Event, R>): ProjectionTarget<R> => {
  const { categories, events, inTransaction, name, startAt, types } = consumer
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
    startAfter: (head) =>
      startAt === "now" ? head : startAt === "start" ? Position.start : startAt.after < head ? startAt.after : head,
    isDrained: true,
    fold: Effect.fnUntraced(function*(batch, recorded, waiting, { attempts }) {
      const { fromWire } = yield* WireTransform
      const events = yield* fromWire(recorded)
      const isParked = !ParkingPolicy.isRetried({ attempts }, 1)
      const all = (place: Place) => deliverAll(consumer, batch, events, { waiting, isParked, place })
      if (!inTransaction) return yield* all("outside")
      // All behind one savepoint, and if one fails, again, each behind its own.
      const together = Effect.filterOrFail(
        all("inside"),
        ({ failed, poisoned }) => failed === undefined && poisoned.length === 0,
        () => "an event failed"
      )
      return yield* Effect.catch(undoing(batch, together), () => all("savepoint"))
    })
  }
}

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
  const nothing = { rows: [], removed: [], keepsNewer: false }
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
  const poison = (stage: Stage) => (reason: string) => poisonedAt(consumer, recorded, stage, reason)
  const { data: _data, schemaVersion: _version, type, ...envelope } = recorded
  const events = yield* Effect.fromResult(consumer.events.decode(recorded)).pipe(
    Effect.mapError(({ message }) => poison("Event")(message))
  )
  const handleAll = Effect.forEach(events, (event, part) => {
    const key = keyOf(consumer, recorded, part)
    // A handler may throw before it returns an effect.
    return Effect.flatMap(
      Effect.fromResult(attempt(() => consumer.handle(event, { ...envelope, key }))),
      (effect) => effect
    )
  }, { discard: true })
  const { id, metadata: { correlationId } } = envelope
  const causation = { causationId: id, correlationId: typeof correlationId === "string" ? correlationId : id }
  const attributes = { consumer: consumer.name, type, position: recorded.position }
  const handler = Effect.provideService(handleAll, Causation, causation)
  yield* deliver(batch, handler, { place, timeout: consumer.timeout }).pipe(
    Effect.withSpan("refold.consumer.delivery", { attributes }),
    Effect.mapError(poison("Handle"))
  )
})

/** The key of a delivery. The first domain event of a stored event has the same key before and after its type is split. */
const keyOf = ({ name }: { readonly name: string }, { id }: RecordedEvent, part: number): string =>
  part === 0 ? `${name}:${id}` : `${name}:${id}:${part}`

const poisonedAt = (
  { name }: { readonly name: string },
  { position, stream, type, version }: RecordedEvent,
  stage: Stage,
  reason: string
): PoisonedEvent => new PoisonedEvent({ projection: name, stream, version, position, type, stage, reason })
