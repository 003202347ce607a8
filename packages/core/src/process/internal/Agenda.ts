/**
 * What an instance of a process still has to do, folded from its own stream without any of the process's functions:
 * commands to be sent, timeouts to be waited for, triggers that wait because the instance is parked.
 */
import * as Schema from "effect/Schema"
import type { View } from "../../decide/View.ts"
import { type Decided, type EventTrigger, type ProcessEvent, Stage, Trigger } from "../ProcessEvent.ts"

/** A command that was decided and whose outcome is not known yet. */
export const PendingCommand = Schema.Struct({
  /** The version of the process's stream at which it was decided, and its number there. */
  sentAt: Schema.Int,
  index: Schema.Int,
  label: Schema.String,
  category: Schema.String,
  id: Schema.String,
  command: Schema.Json,
  correlationId: Schema.String
})
/** A command that was decided and whose outcome is not known yet. */
export type PendingCommand = typeof PendingCommand.Type

/** A timeout that is neither over nor cancelled. */
export const PendingTimeout = Schema.Struct({ name: Schema.String, scheduledAt: Schema.Int, due: Schema.DateTimeUtc })
/** A timeout that is neither over nor cancelled. */
export type PendingTimeout = typeof PendingTimeout.Type

/** Why an instance is parked, and how often it was tried. */
export const ParkedInstance = Schema.Struct({ stage: Stage, reason: Schema.String, attempts: Schema.Int })
/** Why an instance is parked. */
export type ParkedInstance = typeof ParkedInstance.Type

/** The agenda of an instance. */
export const Agenda = Schema.Struct({
  /** How many events its stream has. */
  version: Schema.Int,
  isCompleted: Schema.Boolean,
  /** Where it stood after its last reaction, in its own words. */
  phase: Schema.String,
  /** Of the event that it reacted to last: that event's correlation id, or its own id where it has none. */
  correlationId: Schema.String,
  commands: Schema.Array(PendingCommand),
  timeouts: Schema.Array(PendingTimeout),
  parked: Schema.NullOr(ParkedInstance),
  /** The triggers that wait, the poisoned one first. */
  waiting: Schema.Array(Trigger),
  /** Of each stream whose events it met, how far. */
  seen: Schema.Array(Schema.Tuple([Schema.String, Schema.Int]))
})
/** The agenda of an instance. */
export type Agenda = typeof Agenda.Type

/** Of an instance that has met nothing yet. */
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

/** Whether the instance has met this event, or a later one of its stream. */
export const hasSeen = ({ seen }: Agenda, { stream, version }: Pick<EventTrigger, "stream" | "version">): boolean =>
  seen.some(([known, last]) => known === stream && last >= version)

/** The command that waits for this answer. */
export const commandOf = (
  { commands }: Agenda,
  { index, sentAt }: Pick<PendingCommand, "sentAt" | "index">
): PendingCommand | undefined => commands.find((one) => one.sentAt === sentAt && one.index === index)

/** The timeout of this name, as it was scheduled then. */
export const timeoutOf = (
  { timeouts }: Agenda,
  { name, scheduledAt }: Pick<PendingTimeout, "name" | "scheduledAt">
): PendingTimeout | undefined => timeouts.find((one) => one.name === name && one.scheduledAt === scheduledAt)

/** The agenda after an event of the process's stream. */
export const evolve = (before: Agenda, event: ProcessEvent): Agenda => {
  const agenda = { ...before, version: before.version + 1 }
  switch (event._tag) {
    case "ProcessReacted": {
      // While triggers wait, only they are reacted to, in their order.
      const met = before.waiting.length > 0 ? released(agenda) : settled(agenda, event.trigger)
      const correlationId = correlationOf(before, event.trigger)
      return unparked(event.decided.reduce(decided, { ...met, correlationId, phase: event.phase ?? met.phase }))
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
  const met = settled(agenda, trigger)
  // The first event to be met is what the instance is about, reacted to or not.
  const correlationId = agenda.correlationId === "" ? correlationOf(agenda, trigger) : agenda.correlationId
  return { ...met, correlationId, waiting: [...met.waiting, trigger] }
}

const released = (agenda: Agenda): Agenda => ({
  ...agenda,
  waiting: agenda.waiting.slice(1),
  // What comes next has not been tried yet.
  parked: agenda.parked && { ...agenda.parked, attempts: 0 }
})

const unparked = (agenda: Agenda): Agenda => agenda.waiting.length === 0 ? { ...agenda, parked: null } : agenda

// A trigger counts once, also where nobody can react to it yet.
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

// Also not one that fell due while its cancellation waited.
const without = (agenda: Agenda, name: string): Agenda => ({
  ...agenda,
  timeouts: agenda.timeouts.filter((one) => one.name !== name),
  waiting: agenda.waiting.filter((trigger) => trigger._tag !== "TimedOut" || trigger.name !== name)
})
