/**
 * The pending work of a process instance: commands without an outcome, scheduled timeouts, and the triggers that wait
 * while it is parked. Folded from the instance's stream without the process's own functions.
 */
import * as Schema from "effect/Schema"
import type { View } from "../../decide/View.ts"
import { type Decided, type EventTrigger, type ProcessEvent, Stage, Trigger } from "../ProcessEvent.ts"

/** A command without an outcome. */
export const PendingCommand = Schema.Struct({
  /** The version of the instance's stream at which it was decided, and its index in that event. */
  sentAt: Schema.Int,
  index: Schema.Int,
  /** The id of the decision, where it has one. */
  sentBy: Schema.optionalKey(Schema.String),
  label: Schema.String,
  category: Schema.String,
  id: Schema.String,
  command: Schema.Json,
  correlationId: Schema.String
})
/** A command without an outcome. */
export type PendingCommand = typeof PendingCommand.Type

/** A scheduled timeout. */
export const PendingTimeout = Schema.Struct({
  name: Schema.String,
  scheduledAt: Schema.Int,
  /** The id of the decision that scheduled it, where it has one. */
  scheduledBy: Schema.optionalKey(Schema.String),
  due: Schema.DateTimeUtc
})
/** A scheduled timeout. */
export type PendingTimeout = typeof PendingTimeout.Type

/** Why an instance is parked, and the number of attempts. */
const ParkedInstance = Schema.Struct({ stage: Stage, reason: Schema.String, attempts: Schema.Int })

/** The pending work of an instance. */
export const PendingWork = Schema.Struct({
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
  /**
   * By stream and stored type, the last observed version: a type that is added to a process later is observed from its first
   * event on, when later events of other types were observed.
   */
  observed: Schema.Array(Schema.Tuple([Schema.String, Schema.String, Schema.Int]))
})
/** The pending work of an instance. */
export type PendingWork = typeof PendingWork.Type

/** The pending work of an instance without events. */
export const empty: PendingWork = {
  version: 0,
  isCompleted: false,
  phase: "",
  correlationId: "",
  commands: [],
  timeouts: [],
  parked: null,
  waiting: [],
  observed: []
}

/** Whether the instance has observed this event or a later one of its stream and type. */
export const hasObserved = (
  { observed }: PendingWork,
  { stream, type, version }: Pick<EventTrigger, "stream" | "type" | "version">
): boolean => observed.some(([known, of, last]) => known === stream && of === type && last >= version)

/** The pending command with this place, and of this decision if one is given; undefined if its outcome is known. */
export const commandOf = (
  { commands }: PendingWork,
  { index, sentAt, sentBy }: Pick<PendingCommand, "sentAt" | "index" | "sentBy">
): PendingCommand | undefined =>
  commands.find((one) => one.sentAt === sentAt && one.index === index && isOf(sentBy, one.sentBy))

/** The pending timeout with this name and schedule, and of this decision if one is given. */
export const timeoutOf = (
  { timeouts }: PendingWork,
  { name, scheduledAt, scheduledBy }: Pick<PendingTimeout, "name" | "scheduledAt" | "scheduledBy">
): PendingTimeout | undefined =>
  timeouts.find((one) => one.name === name && one.scheduledAt === scheduledAt && isOf(scheduledBy, one.scheduledBy))

const isOf = (given: string | undefined, decision: string | undefined): boolean =>
  given === undefined || given === decision

/** The pending work after an event of the process's stream. */
export const evolve = (before: PendingWork, event: ProcessEvent): PendingWork => {
  const pending = { ...before, version: before.version + 1 }
  switch (event._tag) {
    case "ProcessReacted": {
      // While triggers wait, the instance reacts to them only, in their order.
      const next = before.waiting.length > 0 ? removeFirstWaiting(pending) : observe(pending, event.trigger)
      const correlationId = correlationOf(before, event.trigger)
      return unparkIfNoneWait(
        event.decided.reduce(
          (work, reaction, index) => addDecided(work, reaction, { index, decision: event.decision }),
          { ...next, correlationId, phase: event.phase ?? next.phase }
        )
      )
    }
    case "ProcessParked": {
      const { reason, stage } = event
      const attempts = (before.parked?.attempts ?? 0) + 1
      const parked = { ...pending, parked: { stage, reason, attempts } }
      return before.parked === null ? addWaiting(parked, event.trigger) : parked
    }
    case "ProcessWaited":
      return addWaiting(pending, event.trigger)
    case "ProcessDiscarded":
      return unparkIfNoneWait(removeFirstWaiting(pending))
  }
}

/** The fold of an instance's stream into its pending work. */
export const view: View<PendingWork, ProcessEvent> = { initialState: empty, evolve }

const addWaiting = (pending: PendingWork, trigger: Trigger): PendingWork => {
  const next = observe(pending, trigger)
  // The first observed event sets the correlation id, even if the instance could not react to it.
  const correlationId = pending.correlationId === "" ? correlationOf(pending, trigger) : pending.correlationId
  return { ...next, correlationId, waiting: [...next.waiting, trigger] }
}

const removeFirstWaiting = (pending: PendingWork): PendingWork => ({
  ...pending,
  waiting: pending.waiting.slice(1),
  // The next trigger has no attempts yet.
  parked: pending.parked && { ...pending.parked, attempts: 0 }
})

const unparkIfNoneWait = (pending: PendingWork): PendingWork =>
  pending.waiting.length === 0 ? { ...pending, parked: null } : pending

// A trigger is observed once, even if the instance cannot react to it yet.
const observe = (pending: PendingWork, trigger: Trigger): PendingWork => {
  switch (trigger._tag) {
    case "Event": {
      const { stream, type, version } = trigger
      const others = pending.observed.filter(([known, of]) => known !== stream || of !== type)
      return { ...pending, observed: [...others, [stream, type, version]] }
    }
    case "Answered": {
      const answered = commandOf(pending, trigger)
      return { ...pending, commands: pending.commands.filter((one) => one !== answered) }
    }
    case "TimedOut": {
      const over = timeoutOf(pending, trigger)
      return { ...pending, timeouts: pending.timeouts.filter((one) => one !== over) }
    }
    case "Resumed":
      return pending
  }
}

const correlationOf = (pending: PendingWork, trigger: Trigger): string => {
  if (trigger._tag !== "Event") return pending.correlationId
  const { correlationId } = trigger.metadata
  return typeof correlationId === "string" ? correlationId : trigger.id
}

interface Place {
  readonly index: number
  readonly decision: string | undefined
}

const addDecided = (pending: PendingWork, reaction: Decided, { decision, index }: Place): PendingWork => {
  switch (reaction._tag) {
    case "Send": {
      const { _tag, ...command } = reaction
      const { correlationId, version: sentAt } = pending
      const sentBy = decision === undefined ? {} : { sentBy: decision }
      return { ...pending, commands: [...pending.commands, { ...command, sentAt, index, ...sentBy, correlationId }] }
    }
    case "Schedule": {
      const { due, name } = reaction
      const rest = removeTimeout(pending, name)
      const scheduledBy = decision === undefined ? {} : { scheduledBy: decision }
      return { ...rest, timeouts: [...rest.timeouts, { name, due, scheduledAt: pending.version, ...scheduledBy }] }
    }
    case "Cancel":
      return removeTimeout(pending, reaction.name)
    case "Complete":
      return { ...pending, timeouts: [], isCompleted: true }
  }
}

// Also removes a due timeout whose trigger waits.
const removeTimeout = (pending: PendingWork, name: string): PendingWork => ({
  ...pending,
  timeouts: pending.timeouts.filter((one) => one.name !== name),
  waiting: pending.waiting.filter((trigger) => trigger._tag !== "TimedOut" || trigger.name !== name)
})
