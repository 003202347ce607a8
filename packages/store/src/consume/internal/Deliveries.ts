/** The deliveries of a stored event: one for each domain event that it is read as, each with its key. */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { attempt } from "@refold/core/internal/event/Reason"
import { PoisonedEvent, type Stage } from "@refold/core/project/PoisonedEvent"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Causation } from "../../log/Causation.ts"
import * as PartitionOf from "../../project/internal/PartitionOf.ts"
import type { Partition } from "../../project/ReadModelStore.ts"
import type { Consumer, Delivered } from "./Definition.ts"

/** The deliveries of an event in a partition; the event is poisoned if it cannot be decoded or has no key. */
export const of = <Event extends Tagged, R>(
  { events, name, partitionBy }: Pick<Consumer<Event, R>, "events" | "name" | "partitionBy">,
  recorded: RecordedEvent,
  place: Partition
): Result.Result<ReadonlyArray<Delivered<Event>>, PoisonedEvent> => {
  const { data: _data, schemaVersion: _version, type: _type, ...envelope } = recorded
  const decoded = Result.mapBoth(events.decode(recorded), {
    onFailure: ({ message }) => poisoned(name, recorded, "Event", message),
    onSuccess: (decoded) =>
      decoded.map((event, part) => ({ event, delivery: { ...envelope, key: keyOf(name, recorded, part) } }))
  })
  const { generation: { partitions }, partition } = place
  if (partitionBy === undefined || partitions === 1) return decoded
  return Result.flatMap(decoded, (all) => {
    const keys = Result.all(all.map(({ event }) => partitionKey(() => partitionBy(event, envelope))))
    return Result.mapBoth(keys, {
      onFailure: (reason) => poisoned(name, recorded, "Keys", reason),
      onSuccess: (keys) => all.filter((_, part) => PartitionOf.key(keys[part]!, partitions) === partition)
    })
  })
}

const partitionKey = (by: () => unknown): Result.Result<string, string> =>
  Result.flatMap(
    attempt(by, "partitionBy"),
    (key) => typeof key === "string" ? Result.succeed(key) : Result.fail("partitionBy must return a text")
  )

// The first domain event of a stored event has the same key before and after its type is split.
const keyOf = (name: string, { id }: RecordedEvent, part: number): string =>
  part === 0 ? `${name}:${id}` : `${name}:${id}:${part}`

/** An event that a consumer cannot handle. */
export const poisoned = (
  name: string,
  { position, stream, type, version }: RecordedEvent,
  stage: Stage,
  reason: string
): PoisonedEvent => new PoisonedEvent({ projection: name, stream, version, position, type, stage, reason })

/** Handles these deliveries. Events that are stored for a delivered event name it as their cause. */
export const handle = <Event extends Tagged, R>(
  { handle, handleAll }: Pick<Consumer<Event, R>, "handle" | "handleAll">,
  delivered: ReadonlyArray<Delivered<Event>>
): Effect.Effect<unknown, unknown, R> =>
  handleAll === undefined
    ? Effect.forEach(
      delivered,
      // A consumer without `handleAll` has `handle`.
      ({ delivery, event }) => causedBy([delivery], handle!(event, delivery)),
      { discard: true }
    )
    : causedBy(delivered.map(({ delivery }) => delivery), handleAll(delivered))

const causedBy = <R>(
  [first, ...others]: ReadonlyArray<Delivered<unknown>["delivery"]>,
  handler: Effect.Effect<unknown, unknown, R>
): Effect.Effect<unknown, unknown, R> => {
  if (first === undefined || others.some(({ id }) => id !== first.id)) return handler
  const { id, metadata: { correlationId } } = first
  const causation = { causationId: id, correlationId: typeof correlationId === "string" ? correlationId : id }
  return Effect.provideService(handler, Causation, causation)
}
