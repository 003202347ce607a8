/** Matches events of the log to the instances of a process that they are for. */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { attempt, reasonOf } from "@refold/core/internal/event/Reason"
import * as Process from "@refold/core/process/Process"
import { type EventTrigger, triggerOf } from "@refold/core/process/ProcessEvent"
import { PoisonedEvent, type Stage } from "@refold/core/project/ProjectionFold"
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

/** What matching a batch came to. */
export interface Matches {
  readonly matched: ReadonlyArray<MatchedEvent>
  readonly poisoned: ReadonlyArray<PoisonedEvent>
}

/**
 * Matches the events of a batch, in their order. Left out are events before the process's `since`, those for no instance,
 * and those of streams that are parked. An event that cannot be matched holds back the later ones of its stream.
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
    } else if (match.success !== undefined) matched.push(match.success)
  }
  return { matched, poisoned }
}

/** Whether an event was recorded before the process's `since`. */
export const isBefore = ({ recordedAt }: RecordedEvent, since: DateTime.Utc | undefined): boolean =>
  since !== undefined && DateTime.isLessThan(recordedAt, since)

// Undefined where the event is for no instance.
const matchOne = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  recorded: RecordedEvent
): Result.Result<MatchedEvent | undefined, PoisonedEvent> => {
  const { data: _data, schemaVersion: _version, type: _type, ...envelope } = recorded
  const fail = (stage: Stage, reason: string) => Result.fail(poison(process, recorded, stage, reason))
  const event = process.events.decode(recorded)
  if (Result.isFailure(event)) return fail("Event", event.failure.message)
  const instance = attempt(() => process.correlate(event.success, envelope), "correlate")
  if (Result.isFailure(instance)) return fail("Keys", instance.failure)
  if (!Option.isOption(instance.success)) return fail("Keys", "correlate must return an Option")
  if (Option.isNone(instance.success)) return Result.succeed(undefined)
  const { value } = instance.success
  return Result.mapBoth(Process.streamOf(process, value), {
    onSuccess: (stream) => ({ instance: value, stream, trigger: triggerOf(recorded), recorded }),
    onFailure: ({ message }) => poison(process, recorded, "Keys", message)
  })
}

/** An event that a process cannot observe: why, and at which stage that showed. */
export const poison = (
  { name }: { readonly name: string },
  { position, stream, type, version }: RecordedEvent,
  stage: Stage,
  reason: string
): PoisonedEvent =>
  new PoisonedEvent({ projection: name, stream, version, position, type, stage, reason: reasonOf(reason) })
