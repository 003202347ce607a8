/**
 * What a process does, as the events of its own stream: which trigger it met, and what it decided to do about it. The
 * record is complete: the state of an instance, and everything it still has to do, is a fold of this one stream.
 */
import * as Schema from "effect/Schema"
import * as EventCodec from "../event/EventCodec.ts"
import * as EventType from "../event/EventType.ts"
import type { RecordedEvent } from "../event/RecordedEvent.ts"

// Names and fields of these events are the storage format: stored events keep them for ever.

const WholeNumber = Schema.Int

/** An event of the log, as it was recorded, that was for this instance. */
export const EventTrigger = Schema.TaggedStruct("Event", {
  id: Schema.String,
  stream: Schema.String,
  version: WholeNumber,
  position: WholeNumber,
  type: Schema.String,
  schemaVersion: WholeNumber,
  data: Schema.Json,
  metadata: Schema.Record(Schema.String, Schema.Json),
  occurredAt: Schema.DateTimeUtc,
  recordedAt: Schema.DateTimeUtc
})
/** An event of the log, as it was recorded, that was for this instance. */
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
 * What became of a command: it succeeded; the aggregate said no, for the reason in `refusal`; or it failed for good, for
 * no later try could succeed.
 */
export const Outcome = Schema.Union([
  Schema.TaggedStruct("Succeeded", {}),
  Schema.TaggedStruct("Refused", { refusal: Schema.Json }),
  Schema.TaggedStruct("Failed", { reason: Schema.String })
])
/** What became of a command. */
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

/** Somebody asks the instance to go on. */
export const ResumeTrigger = Schema.TaggedStruct("Resumed", { reason: Schema.String, at: Schema.DateTimeUtc })
/** Somebody asks the instance to go on. */
export type ResumeTrigger = typeof ResumeTrigger.Type

/** What an instance meets. */
export const Trigger = Schema.Union([EventTrigger, TimeoutTrigger, AnswerTrigger, ResumeTrigger])
/** What an instance meets. */
export type Trigger = typeof Trigger.Type

/** What was decided, with everything that is needed to do it: a later version of the code does just the same. */
export const Decided = Schema.Union([
  Schema.TaggedStruct("Send", {
    label: Schema.String,
    category: Schema.String,
    id: Schema.String,
    command: Schema.Json
  }),
  Schema.TaggedStruct("Schedule", { name: Schema.String, due: Schema.DateTimeUtc }),
  Schema.TaggedStruct("Cancel", { name: Schema.String }),
  Schema.TaggedStruct("Complete", {})
])
/** What was decided. */
export type Decided = typeof Decided.Type

/** Where reacting went wrong: reading the trigger, `evolve`, or `react` and what it gave. */
export const Stage = Schema.Literals(["Event", "Evolve", "React"])
/** Where reacting went wrong. */
export type Stage = typeof Stage.Type

const met = { instance: Schema.String, trigger: Trigger }

/** Why something went wrong, as stores can hold it and people can read it: at most 2,000 UTF-16 units of text. */
export const reasonOf = (cause: unknown): string =>
  textOf(cause).slice(0, 2000).replaceAll("\u0000", "\ufffd").toWellFormed()

const textOf = (cause: unknown): string => {
  try {
    return String(cause)
  } catch {
    return "something that has no text"
  }
}

/** The instance met a trigger and decided this about it; `phase` is where it stood then, in its own words. */
export const ProcessReacted = EventType.make(
  "ProcessReacted",
  Schema.Struct({ ...met, decided: Schema.Array(Decided), phase: Schema.optionalKey(Schema.String) })
)

/** The instance could not react to a trigger: this one, and all later ones, wait. */
export const ProcessParked = EventType.make(
  "ProcessParked",
  Schema.Struct({ ...met, stage: Stage, reason: Schema.String })
)

/** A trigger came while the instance was parked, and waits. */
export const ProcessWaited = EventType.make("ProcessWaited", Schema.Struct(met))

/** Somebody decided that the instance goes on without the first trigger that waits. */
export const ProcessDiscarded = EventType.make("ProcessDiscarded", Schema.Struct({ reason: Schema.String }))

/** Anything that can happen to an instance. */
export type ProcessEvent =
  | typeof ProcessReacted.Event
  | typeof ProcessParked.Event
  | typeof ProcessWaited.Event
  | typeof ProcessDiscarded.Event

/** Writes and reads the events of processes. */
export const codec = EventCodec.makeUnsafe([ProcessReacted, ProcessParked, ProcessWaited, ProcessDiscarded])

/** The trigger of a recorded event. */
export const triggerOf = (
  { data, id, metadata, occurredAt, position, recordedAt, schemaVersion, stream, type, version }: RecordedEvent
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
  recordedAt
})
