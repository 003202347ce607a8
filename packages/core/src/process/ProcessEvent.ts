/**
 * The events of a process instance's own stream: the triggers that it observed and what it decided. The stream is
 * complete: the state of the instance and its pending work are folds of this stream alone.
 */
import * as Schema from "effect/Schema"
import * as EventCodec from "../event/EventCodec.ts"
import * as EventType from "../event/EventType.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"

// Names and fields of these events are the storage format.

const WholeNumber = Schema.Int

/** A stored event that is for this instance. */
export const EventTrigger = Schema.TaggedStruct("Event", {
  id: Schema.String,
  stream: Schema.String,
  version: WholeNumber,
  position: WholeNumber,
  /** The position of the first event of its commit, if it is not the first. */
  commit: Schema.optionalKey(WholeNumber),
  type: Schema.String,
  schemaVersion: WholeNumber,
  data: Schema.Json,
  metadata: Schema.Record(Schema.String, Schema.Json),
  occurredAt: Schema.DateTimeUtc,
  recordedAt: Schema.DateTimeUtc,
  /** If it is read as several domain events, the indexes of those for this instance; all if absent. */
  parts: Schema.optionalKey(Schema.Array(WholeNumber))
})
/** A stored event that is for this instance. */
export type EventTrigger = typeof EventTrigger.Type

/** A timeout that fell due: its name, and the version of the process's stream at which it was scheduled. */
export const TimeoutTrigger = Schema.TaggedStruct("TimedOut", {
  name: Schema.String,
  scheduledAt: WholeNumber,
  due: Schema.DateTimeUtc
})
/** A timeout that fell due. */
export type TimeoutTrigger = typeof TimeoutTrigger.Type

/**
 * The outcome of a command: it succeeded; the aggregate refused it, with `refusal`; it failed permanently: no retry can
 * succeed; or an operator gave it up, with a reason.
 */
export const Outcome = Schema.Union([
  Schema.TaggedStruct("Succeeded", {}),
  Schema.TaggedStruct("Refused", { refusal: Schema.Json }),
  Schema.TaggedStruct("Failed", { reason: Schema.String }),
  Schema.TaggedStruct("GivenUp", { reason: Schema.String })
])
/** The outcome of a command. */
export type Outcome = typeof Outcome.Type

/** The outcome of a command: number `index` of those decided at version `sentAt` of the process's stream. */
export const AnswerTrigger = Schema.TaggedStruct("Answered", {
  sentAt: WholeNumber,
  index: WholeNumber,
  label: Schema.String,
  category: Schema.String,
  id: Schema.String,
  outcome: Outcome,
  at: Schema.DateTimeUtc
})
/** The outcome of a command. */
export type AnswerTrigger = typeof AnswerTrigger.Type

/** An operator or a program resumes the instance. */
export const ResumeTrigger = Schema.TaggedStruct("Resumed", { reason: Schema.String, at: Schema.DateTimeUtc })
/** An operator or a program resumes the instance. */
export type ResumeTrigger = typeof ResumeTrigger.Type

/** A trigger: what an instance reacts to. */
export const Trigger = Schema.Union([EventTrigger, TimeoutTrigger, AnswerTrigger, ResumeTrigger])
/** A trigger: what an instance reacts to. */
export type Trigger = typeof Trigger.Type

/** A recorded reaction. It is complete, so that newer code carries it out in the same way. */
export const Decided = Schema.Union([
  Schema.TaggedStruct("Send", {
    label: Schema.String,
    category: Schema.String,
    id: Schema.String,
    command: Schema.Json,
    /** The version of the schema of the target's commands; 1 by default. */
    schemaVersion: Schema.optionalKey(WholeNumber)
  }),
  Schema.TaggedStruct("Schedule", { name: Schema.String, due: Schema.DateTimeUtc }),
  Schema.TaggedStruct("Cancel", { name: Schema.String }),
  Schema.TaggedStruct("Complete", {})
])
/** A recorded reaction. */
export type Decided = typeof Decided.Type

/** The step that failed: decoding the trigger, `evolve`, or `react` and recording its reactions. */
export const Stage = Schema.Literals(["Event", "Evolve", "React"])
/** The step that failed. */
export type Stage = typeof Stage.Type

const instance = Schema.String

/** The pending work after an event, for the row of the instance. */
const left = {
  /** When the runner must act for it, in milliseconds since 1970: 0 for pending commands, else the first due time. */
  due: Schema.optionalKey(Schema.Finite),
  /** The number of triggers that wait, if there are any. */
  waiting: Schema.optionalKey(WholeNumber)
}

/**
 * The instance reacted to a trigger; `phase` is its phase after the reaction, and `progress` the recorded part of a saga's
 * state, which a later definition does not change. `decision` is an id of this decision: if the log goes back, another
 * decision may be stored under the same version.
 */
export const ProcessReacted = EventType.make(
  "ProcessReacted",
  Schema.Struct({
    instance,
    trigger: Trigger,
    decided: Schema.Array(Decided),
    phase: Schema.optionalKey(Schema.String),
    progress: Schema.optionalKey(Schema.Json),
    decision: Schema.optionalKey(Schema.String),
    ...left
  })
)

/** The instance could not react to a trigger and is parked: this trigger and all later ones wait. */
export const ProcessParked = EventType.make(
  "ProcessParked",
  Schema.Struct({ instance, trigger: Trigger, stage: Stage, reason: Schema.String, ...left })
)

/** A trigger was observed while the instance was parked, and waits. */
export const ProcessWaited = EventType.make("ProcessWaited", Schema.Struct({ instance, trigger: Trigger, ...left }))

/** An operator discarded the first waiting trigger. */
export const ProcessDiscarded = EventType.make("ProcessDiscarded", Schema.Struct({ reason: Schema.String, ...left }))

/** The completed instance starts again in its initial state; its reaction to the trigger that started it follows. */
export const ProcessRestarted = EventType.make("ProcessRestarted", Schema.Struct({ instance, ...left }))

/** An event of an instance's stream. */
export type ProcessEvent =
  | typeof ProcessReacted.Event
  | typeof ProcessParked.Event
  | typeof ProcessWaited.Event
  | typeof ProcessDiscarded.Event
  | typeof ProcessRestarted.Event

/** The codec of these events. */
export const codec = EventCodec.makeUnsafe([
  ProcessReacted,
  ProcessParked,
  ProcessWaited,
  ProcessDiscarded,
  ProcessRestarted
])

/** Makes the trigger of a stored event; `parts` are the indexes of its domain events for the instance, if not all are. */
export const triggerOf = (
  { commit, data, id, metadata, occurredAt, position, recordedAt, schemaVersion, stream, type, version }: RecordedEvent,
  parts?: ReadonlyArray<number>
): EventTrigger => ({
  _tag: "Event",
  id,
  stream,
  version,
  position,
  type,
  schemaVersion,
  data,
  metadata,
  occurredAt,
  recordedAt,
  // A read of some columns may have left it out.
  ...commit !== undefined && commit !== position && { commit },
  ...parts !== undefined && { parts }
})
