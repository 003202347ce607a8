/** Whose an event is: the instance of a process that it is for, with everything that the instance will record of it. */
import type { Tagged } from "@refold/core/event/EventType"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { attempt, reasonOf } from "@refold/core/internal/event/Reason"
import * as Process from "@refold/core/process/Process"
import { type EventTrigger, triggerOf } from "@refold/core/process/ProcessEvent"
import { PoisonedEvent, type Stage } from "@refold/core/project/ProjectionFold"
import * as Option from "effect/Option"
import * as Result from "effect/Result"

/** An event for an instance. */
export interface Correlated {
  readonly instance: string
  /** The instance's own stream. */
  readonly stream: StreamName
  readonly trigger: EventTrigger
  readonly recorded: RecordedEvent
}

/** The instance that an event is for; undefined where it is for none. */
export const correlate = <Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  recorded: RecordedEvent
): Result.Result<Correlated | undefined, PoisonedEvent> => {
  const { data: _data, schemaVersion: _version, type: _type, ...envelope } = recorded
  const event = process.events.decode(recorded)
  if (Result.isFailure(event)) return poisoned(process, recorded, "Event", event.failure.message)
  const instance = attempt(() => process.correlate(event.success, envelope), "correlate")
  if (Result.isFailure(instance)) return poisoned(process, recorded, "Keys", instance.failure)
  if (!Option.isOption(instance.success)) return poisoned(process, recorded, "Keys", "correlate must give an Option")
  if (Option.isNone(instance.success)) return Result.succeed(undefined)
  const { value } = instance.success
  return Result.mapBoth(Process.streamOf(process, value), {
    onSuccess: (stream) => ({ instance: value, stream, trigger: triggerOf(recorded), recorded }),
    onFailure: ({ message }) => poison(process, recorded, "Keys", message)
  })
}

/** Says of an event that a process cannot meet it. */
export const poison = (
  { name }: { readonly name: string },
  { position, stream, type, version }: RecordedEvent,
  stage: Stage,
  reason: string
): PoisonedEvent =>
  new PoisonedEvent({ projection: name, stream, version, position, type, stage, reason: reasonOf(reason) })

const poisoned = (...args: Parameters<typeof poison>): Result.Result<never, PoisonedEvent> =>
  Result.fail(poison(...args))
