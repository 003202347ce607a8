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

/** An event and an instance that it is for. */
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
    } else matched.push(...match.success)
  }
  return { matched, poisoned }
}

const isBefore = ({ recordedAt }: RecordedEvent, since: DateTime.Utc | undefined): boolean =>
  since !== undefined && DateTime.isLessThan(recordedAt, since)

// One for each instance that the event is for.
const matchOne = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  recorded: RecordedEvent
): Result.Result<ReadonlyArray<MatchedEvent>, PoisonedEvent> => {
  const { data: _data, schemaVersion: _version, type: _type, ...envelope } = recorded
  const fail = (stage: Stage, reason: string) => Result.fail(poison(process, recorded, stage, reason))
  const event = process.events.decode(recorded)
  if (Result.isFailure(event)) return fail("Event", event.failure.message)
  const ids = Result.flatMap(attempt(() => process.correlate(event.success, envelope), "correlate"), instancesOf)
  if (Result.isFailure(ids)) return fail("Keys", ids.failure)
  const trigger = triggerOf(recorded)
  return Result.mapError(
    Result.all(
      ids.success.map((instance) =>
        Result.map(Process.streamOf(process, instance), (stream) => ({ instance, stream, trigger, recorded }))
      )
    ),
    ({ message }) => poison(process, recorded, "Keys", message)
  )
}

// Each instance once.
const instancesOf = (given: unknown): Result.Result<ReadonlyArray<string>, string> => {
  const ids: ReadonlyArray<unknown> | undefined = Option.isOption(given) ? Option.toArray(given) : asArray(given)
  if (ids === undefined) return Result.fail("correlate must return an Option of an id, or an array of ids")
  const unique = [...new Set(ids)]
  return unique.length > Process.maxInstances
    ? Result.fail(`correlate must return at most ${Process.maxInstances} ids`)
    // `streamOf` checks them.
    : Result.succeed(unique as ReadonlyArray<string>)
}

const asArray = (given: unknown): ReadonlyArray<unknown> | undefined => Array.isArray(given) ? given : undefined

/** An event that a process cannot observe: why, and at which stage that showed. */
export const poison = (
  { name }: { readonly name: string },
  { position, stream, type, version }: RecordedEvent,
  stage: Stage,
  reason: string
): PoisonedEvent =>
  new PoisonedEvent({ projection: name, stream, version, position, type, stage, reason: reasonOf(reason) })
