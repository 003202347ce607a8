/**
 * The agenda of a process instance: pending commands, pending timeouts, and the triggers that wait while it is parked.
 * Folded from the instance's stream without the process's own functions.
 */
import * as Schema from "effect/Schema"
import type { View } from "../../decide/View.ts"
import { type Decided, type EventTrigger, type ProcessEvent, Stage, Trigger } from "../ProcessEvent.ts"

/** A command without an outcome. */
export const PendingCommand = Schema.Struct({
  /** The version of the instance's stream at which it was decided, and its index in that event. */
  sentAt: Schema.Int,
  index: Schema.Int,
  label: Schema.String,
  category: Schema.String,
  id: Schema.String,
  command: Schema.Json,
  correlationId: Schema.String
})
/** A command without an outcome. */
export type PendingCommand = typeof PendingCommand.Type

/** A scheduled timeout. */
export const PendingTimeout = Schema.Struct({ name: Schema.String, scheduledAt: Schema.Int, due: Schema.DateTimeUtc })
/** A scheduled timeout. */
export type PendingTimeout = typeof PendingTimeout.Type

/** Why an instance is parked, and the number of attempts. */
export const ParkedInstance = Schema.Struct({ stage: Stage, reason: Schema.String, attempts: Schema.Int })
/** Why an instance is parked. */
export type ParkedInstance = typeof ParkedInstance.Type

/** The agenda of an instance. */
export const Agenda = Schema.Struct({
  /** The version of its stream. */
  version: Schema.Int,
  isCompleted: Schema.Boolean,
  /** The phase after its last reaction. */
  phase: Schema.String,
  /** The correlation id of the last event that it reacted to, or that event's id if it has none. */
  correlationId: Schema.String,
  commands: Schema.Array(PendingCommand),
  timeouts: Schema.Array(PendingTimeout),
  parked: Schema.NullOr(ParkedInstance),
  /** The waiting triggers, the poisoned one first. */
  waiting: Schema.Array(Trigger),
  /** The last observed version of each stream. */
  seen: Schema.Array(Schema.Tuple([Schema.String, Schema.Int]))
})
/** The agenda of an instance. */
export type Agenda = typeof Agenda.Type

/** The agenda of an instance without events. */
export const empty: Agenda = {
  version: 0,
  isCompleted: false,
  phase: "",
  correlationId: "",
  commands: [],
  timeouts: [],
  parked: null,
  waiting: [],
  seen: []
}

/** Whether the instance has observed this event or a later one of its stream. */
export const hasSeen = ({ seen }: Agenda, { stream, version }: Pick<EventTrigger, "stream" | "version">): boolean =>
  seen.some(([known, last]) => known === stream && last >= version)

/** The pending command of an answer. */
export const commandOf = (
  { commands }: Agenda,
  { index, sentAt }: Pick<PendingCommand, "sentAt" | "index">
): PendingCommand | undefined => commands.find((one) => one.sentAt === sentAt && one.index === index)

/** The pending timeout with this name and schedule. */
export const timeoutOf = (
  { timeouts }: Agenda,
  { name, scheduledAt }: Pick<PendingTimeout, "name" | "scheduledAt">
): PendingTimeout | undefined => timeouts.find((one) => one.name === name && one.scheduledAt === scheduledAt)

/** The agenda after an event of the process's stream. */
export const evolve = (before: Agenda, event: ProcessEvent): Agenda => {
  const agenda = { ...before, version: before.version + 1 }
  switch (event._tag) {
    case "ProcessReacted": {
      // While triggers wait, the instance reacts to them only, in their order.
      const next = before.waiting.length > 0 ? released(agenda) : settled(agenda, event.trigger)
      const correlationId = correlationOf(before, event.trigger)
      return unparked(event.decided.reduce(decided, { ...next, correlationId, phase: event.phase ?? next.phase }))
    }
    case "ProcessParked": {
      const { reason, stage } = event
      const attempts = (before.parked?.attempts ?? 0) + 1
      const parked = { ...agenda, parked: { stage, reason, attempts } }
      return before.parked === null ? waited(parked, event.trigger) : parked
    }
    case "ProcessWaited":
      return waited(agenda, event.trigger)
    case "ProcessDiscarded":
      return unparked(released(agenda))
  }
}

/** The fold of an instance's stream into its agenda. */
export const view: View<Agenda, ProcessEvent> = { initialState: empty, evolve }

const waited = (agenda: Agenda, trigger: Trigger): Agenda => {
  const next = settled(agenda, trigger)
  // The first observed event sets the correlation id, even if the instance could not react to it.
  const correlationId = agenda.correlationId === "" ? correlationOf(agenda, trigger) : agenda.correlationId
  return { ...next, correlationId, waiting: [...next.waiting, trigger] }
}

const released = (agenda: Agenda): Agenda => ({
  ...agenda,
  waiting: agenda.waiting.slice(1),
  // The next trigger has no attempts yet.
  parked: agenda.parked && { ...agenda.parked, attempts: 0 }
})

const unparked = (agenda: Agenda): Agenda => agenda.waiting.length === 0 ? { ...agenda, parked: null } : agenda

// A trigger is observed once, even if the instance cannot react to it yet.
const settled = (agenda: Agenda, trigger: Trigger): Agenda => {
  switch (trigger._tag) {
    case "Event": {
      const others = agenda.seen.filter(([stream]) => stream !== trigger.stream)
      return { ...agenda, seen: [...others, [trigger.stream, trigger.version]] }
    }
    case "Answered": {
      const answered = commandOf(agenda, trigger)
      return { ...agenda, commands: agenda.commands.filter((one) => one !== answered) }
    }
    case "TimedOut": {
      const over = timeoutOf(agenda, trigger)
      return { ...agenda, timeouts: agenda.timeouts.filter((one) => one !== over) }
    }
    case "Resumed":
      return agenda
  }
}

const correlationOf = (agenda: Agenda, trigger: Trigger): string => {
  if (trigger._tag !== "Event") return agenda.correlationId
  const { correlationId } = trigger.metadata
  return typeof correlationId === "string" ? correlationId : trigger.id
}

const decided = (agenda: Agenda, reaction: Decided, index: number): Agenda => {
  switch (reaction._tag) {
    case "Send": {
      const { _tag, ...command } = reaction
      const { correlationId, version: sentAt } = agenda
      return { ...agenda, commands: [...agenda.commands, { ...command, sentAt, index, correlationId }] }
    }
    case "Schedule": {
      const { due, name } = reaction
      const rest = without(agenda, name)
      return { ...rest, timeouts: [...rest.timeouts, { name, due, scheduledAt: agenda.version }] }
    }
    case "Cancel":
      return without(agenda, reaction.name)
    case "Complete":
      return { ...agenda, timeouts: [], isCompleted: true }
  }
}

// A timeout that fell due while its cancellation waited is removed as well.
const without = (agenda: Agenda, name: string): Agenda => ({
  ...agenda,
  timeouts: agenda.timeouts.filter((one) => one.name !== name),
  waiting: agenda.waiting.filter((trigger) => trigger._tag !== "TimedOut" || trigger.name !== name)
})
