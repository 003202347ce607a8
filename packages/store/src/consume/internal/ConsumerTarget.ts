/** A consumer as a target of the projector: a checkpoint and parked streams without rows, and effects instead of a fold. */
import type { Tagged } from "@refold/core/event/EventType"
import * as Position from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as StoredDefinition from "@refold/core/internal/project/StoredDefinition"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { WireTransform } from "../../log/WireTransform.ts"
import * as ParkingPolicy from "../../project/internal/ParkingPolicy.ts"
import type { Outcome, ProjectionTarget } from "../../project/internal/ProjectionTarget.ts"
import type { Batch } from "../../project/ReadModelStore.ts"
import type { Consumer } from "./Definition.ts"
import { deliver, type Place, undoing } from "./Deliver.ts"
import { deliverBatch, nothing } from "./DeliverBatch.ts"
import * as Deliveries from "./Deliveries.ts"
import type { Outcomes } from "./Lanes.ts"

/** The target of a consumer. */
export const make = <Event extends Tagged, R>(consumer: Consumer<Event, R>): ProjectionTarget<R> => {
  const { categories, events, handleAll, inTransaction, name, startAt, types } = consumer
  const memory = new Map<string, Outcomes>()
  // The partitions whose last batch had a failed event: the next batch begins with that event.
  const failing = new Set<string>()
  return {
    name,
    // Never raised: deliveries cannot be undone, so there is nothing to rebuild.
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
      const oneByOne = (place: Place) => deliverBatch(consumer, batch, events, { waiting, isParked, place, memory })
      const isInside = inTransaction || batch.outside === undefined
      const place = isInside ? "inside" : "outside"
      if (handleAll === undefined && !isInside) return yield* oneByOne(place)
      const delivered = events.filter(({ stream }) => !waiting.has(stream))
      const partition = `${batch.generation.id}:${batch.partition}`
      const byThemselves = Effect.tap(
        oneByOne(isInside ? "savepoint" : "outside"),
        (outcome) => Effect.sync(() => isWhole(outcome) ? failing.delete(partition) : failing.add(partition))
      )
      // Events that fail together run once more one by one, unless that would exceed the number of attempts.
      const isAlone = delivered.length === 1 || handleAll === undefined && (isParked || failing.has(partition))
      if (isAlone) return yield* byThemselves
      const together = handleAll === undefined
        ? Effect.filterOrFail(oneByOne(place), isWhole, () => "an event failed")
        : deliverTogether(consumer, batch, delivered, place)
      // All after one savepoint; if one fails, again, each after its own.
      return yield* Effect.catch(isInside ? undoing(batch, together) : together, () => byThemselves)
    })
  }
}

const isWhole = ({ failed, poisoned }: Outcome): boolean => failed === undefined && poisoned.length === 0

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
