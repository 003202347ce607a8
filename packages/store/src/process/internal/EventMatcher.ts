/** Matches events of the log to the instances of a process that they are for. */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { attempt, reasonOf } from "@refold/core/internal/event/Reason"
import * as Process from "@refold/core/process/Process"
import { type EventTrigger, triggerOf } from "@refold/core/process/ProcessEvent"
import { PoisonedEvent, type Stage } from "@refold/core/project/PoisonedEvent"
import type { Envelope } from "@refold/core/project/Projection"
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

/** An event and the instance that it is for. */
export interface MatchedEvent {
  readonly instance: string
  /** The instance's own stream. */
  readonly stream: StreamName
  readonly trigger: EventTrigger
  readonly recorded: RecordedEvent
}

/** The result of matching a batch. */
export interface Matches {
  readonly matched: ReadonlyArray<MatchedEvent>
  readonly poisoned: ReadonlyArray<PoisonedEvent>
}

/**
 * Matches the events of a batch, in their order. It leaves out events before the process's `since`, events for no instance,
 * and events of parked streams. An event that cannot be matched holds back the later ones of its stream.
 */
export const matchAll = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  events: ReadonlyArray<RecordedEvent>,
  parked: ReadonlySet<StreamName>
): Matches => {
  const matched: Array<MatchedEvent> = []
  const poisoned: Array<PoisonedEvent> = []
  const blocked = new Set(parked)
  for (const event of events) {
    if (blocked.has(event.stream) || isBefore(event, process.since)) continue
    const match = matchOne(process, event)
    if (Result.isFailure(match)) {
      blocked.add(event.stream)
      poisoned.push(match.failure)
    } else for (const one of match.success) matched.push(one)
  }
  return { matched, poisoned }
}

/** Whether an event was recorded before the process's `since`. */
export const isBefore = ({ recordedAt }: RecordedEvent, since: DateTime.Utc | undefined): boolean =>
  since !== undefined && DateTime.isLessThan(recordedAt, since)

// The instances that the domain events of a stored event are for: each observes its own as one trigger.
const matchOne = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  recorded: RecordedEvent
): Result.Result<ReadonlyArray<MatchedEvent>, PoisonedEvent> => {
  const fail = (stage: Stage, reason: string) => Result.fail(poison(process, recorded, stage, reason))
  const events = process.events.decode(recorded)
  if (Result.isFailure(events)) return fail("Event", events.failure.message)
  const { data: _data, schemaVersion: _version, type: _type, ...envelope } = recorded
  const partsOf = new Map<string, Array<number>>()
  for (const [part, event] of events.success.entries()) {
    const instances = correlate(process, event, envelope)
    if (Result.isFailure(instances)) return fail("Keys", instances.failure)
    for (const instance of instances.success) add(partsOf, instance, part)
  }
  if (partsOf.size > Process.maxInstances) return fail("Keys", tooMany)
  const matches = Array.from(partsOf, ([instance, parts]) => {
    const trigger = triggerOf(recorded, parts.length === events.success.length ? undefined : parts)
    return Result.map(Process.streamOf(process, instance), (stream) => ({ instance, stream, trigger, recorded }))
  })
  return Result.mapError(Result.all(matches), ({ message }) => poison(process, recorded, "Keys", message))
}

// Each instance once.
const correlate = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  event: Event,
  envelope: Envelope
): Result.Result<ReadonlySet<string>, string> =>
  Result.flatMap(
    attempt((): unknown => process.correlate(event, envelope), "correlate"),
    (given) =>
      // `streamOf` checks the ids.
      Option.isOption(given)
        ? Result.succeed(new Set(Option.toArray(given) as ReadonlyArray<string>))
        : Array.isArray(given)
        ? Result.succeed(new Set(given as ReadonlyArray<string>))
        : Result.fail("correlate must return an Option of an id, or an array of ids")
  )

const tooMany = `correlate must return at most ${Process.maxInstances} ids for an event`

const add = (partsOf: Map<string, Array<number>>, instance: string, part: number): void => {
  const parts = partsOf.get(instance)
  if (parts === undefined) partsOf.set(instance, [part])
  else parts.push(part)
}

/** An event that a process cannot observe, with the reason and the stage. */
export const poison = (
  { name }: { readonly name: string },
  { position, stream, type, version }: RecordedEvent,
  stage: Stage,
  reason: string
): PoisonedEvent =>
  new PoisonedEvent({ projection: name, stream, version, position, type, stage, reason: reasonOf(reason) })
