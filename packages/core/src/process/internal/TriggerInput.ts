/** The inputs of a process that a trigger holds: an event, decoded with the current codec, or a signal. */
import * as Result from "effect/Result"
import type { NewerSchemaVersion } from "../../event/DecodeError.ts"
import type { EventCodec } from "../../event/EventCodec.ts"
import type { Tagged } from "../../event/EventType.ts"
import type { RecordedEvent } from "../../event/RecordedEvent.ts"
import type { Envelope } from "../../project/Projection.ts"
import type { EventTrigger, Stage, Trigger } from "../ProcessEvent.ts"
import type { InputContext, Signal } from "../ProcessInput.ts"

/** Why an instance cannot react, and the step that failed. */
export interface Fault {
  readonly stage: Stage
  readonly reason: string
  /** The code is too old for an event: nothing is recorded, and newer code reacts. */
  readonly newer?: NewerSchemaVersion
}

/** A decoded trigger: the arguments of the process's functions. */
export interface Decoded<Event> {
  readonly input: Event | Signal
  readonly context: InputContext
}

/** The inputs of a trigger, in their order. */
export interface Inputs<Event> {
  readonly inputs: ReadonlyArray<Decoded<Event>>
  /** The stored type of an event that the codec does not have: the event has no inputs. */
  readonly unknownType: string | undefined
}

/**
 * Decodes a trigger. If the event's type was removed from the codec after the instance observed the event, there are no
 * inputs: the instance continues without the event.
 */
export const decode = <Event extends Tagged>(
  { events }: { readonly events: EventCodec<Event> },
  instance: string,
  trigger: Trigger
): Result.Result<Inputs<Event>, Fault> => {
  if (trigger._tag !== "Event") {
    const at = trigger._tag === "TimedOut" ? trigger.due : trigger.at
    return only<Event>({ input: signalOf(trigger), context: { instance, at, envelope: undefined } })
  }
  const recorded = recordedOf(trigger)
  const decoded = events.decode(recorded)
  if (Result.isSuccess(decoded)) {
    const context = { instance, at: recorded.recordedAt, envelope: envelopeOf(recorded) }
    const own = trigger.parts && new Set(trigger.parts)
    const parts = decoded.success.filter((_, part) => own?.has(part) ?? true)
    return Result.succeed({ inputs: parts.map((input) => ({ input, context })), unknownType: undefined })
  }
  return decoded.failure._tag === "UnknownEventType"
    ? Result.succeed({ inputs: [], unknownType: trigger.type })
    : Result.fail({
      stage: "Event",
      reason: decoded.failure.message,
      ...decoded.failure._tag === "NewerSchemaVersion" && { newer: decoded.failure }
    })
}

/** The trigger with its first inputs only, so that a later fold of the instance's stream gives the same state. */
export const firstOf = (trigger: Trigger, { inputs }: Pick<Inputs<unknown>, "inputs">, observed: number): Trigger =>
  // Only an event has more than one input.
  trigger._tag !== "Event" || observed === inputs.length
    ? trigger
    : { ...trigger, parts: (trigger.parts ?? [...inputs.keys()]).slice(0, observed) }

const only = <Event>(input: Decoded<Event>): Result.Result<Inputs<Event>> =>
  Result.succeed({ inputs: [input], unknownType: undefined })

// `triggerOf` made the trigger of a recorded event.
const recordedOf = ({ _tag, parts: _parts, ...recorded }: EventTrigger): RecordedEvent =>
  ({ ...recorded, commit: recorded.commit ?? recorded.position }) as unknown as RecordedEvent

const envelopeOf = (
  { commit: _commit, data: _data, schemaVersion: _version, type: _type, ...envelope }: RecordedEvent
): Envelope => envelope

const signalOf = (trigger: Exclude<Trigger, EventTrigger>): Signal => {
  switch (trigger._tag) {
    case "TimedOut":
      return { _tag: "TimedOut", name: trigger.name }
    case "Resumed":
      return { _tag: "Resumed", reason: trigger.reason }
    case "Answered": {
      const { category, id, label } = trigger
      const command = { label, category, id }
      switch (trigger.outcome._tag) {
        case "Succeeded":
          return { _tag: "CommandSucceeded", ...command }
        case "Refused":
          return { _tag: "CommandRefused", ...command, refusal: trigger.outcome.refusal }
        case "Failed":
          return { _tag: "CommandFailed", ...command, reason: trigger.outcome.reason }
        case "GivenUp":
          return { _tag: "CommandFailed", ...command, reason: `given up: ${trigger.outcome.reason}` }
      }
    }
  }
}
