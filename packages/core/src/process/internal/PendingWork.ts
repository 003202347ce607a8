/**
 * The pending work of a process instance: commands without an outcome, scheduled timeouts, and the triggers that wait
 * while it is parked.
 */
import * as Chunk from "effect/Chunk"
import type * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Json } from "../../event/Json.ts"
import type { EventTrigger, ProcessEvent, Stage, Trigger } from "../ProcessEvent.ts"
import * as Observed from "./Observed.ts"

/** A command without an outcome. */
export interface PendingCommand {
  /** The version of the instance's stream at which it was decided, and its index in that event. */
  readonly sentAt: number
  readonly index: number
  /** The id of the decision if it has one. */
  readonly sentBy?: string
  readonly label: string
  readonly category: string
  readonly id: string
  readonly command: Json
  /** The version of the schema of the target's commands; 1 by default. */
  readonly schemaVersion?: number
  readonly correlationId: string
}

/** A scheduled timeout. */
export interface PendingTimeout {
  readonly name: string
  readonly scheduledAt: number
  /** The id of the decision that scheduled it, if it has one. */
  readonly scheduledBy?: string
  readonly due: DateTime.Utc
}

/** Why an instance is parked, and the number of attempts. */
interface ParkedInstance {
  readonly stage: Stage
  readonly reason: string
  readonly attempts: number
}

/** The pending work of an instance. */
export interface PendingWork {
  /** The version of its stream. */
  readonly version: number
  readonly isCompleted: boolean
  /** The version at which it was started again after its completion; 0 if it was not. */
  readonly restartedAt: number
  /** The phase after its last reaction. */
  readonly phase: string
  /** The correlation id of the last event that it reacted to, or that event's id if it has none. */
  readonly correlationId: string
  /** In the order of their decisions. There may be very many, so a change does not copy the others. */
  readonly commands: Chunk.Chunk<PendingCommand>
  readonly timeouts: ReadonlyArray<PendingTimeout>
  readonly parked: ParkedInstance | null
  /** The waiting triggers, the poisoned one first. */
  readonly waiting: Chunk.Chunk<Trigger>
  /** The names of the due timeouts among them. */
  readonly waitingTimeouts: ReadonlyArray<string>
  readonly observed: Observed.Observed
}

/** The pending work of an instance without events. */
export const empty: PendingWork = {
  version: 0,
  isCompleted: false,
  restartedAt: 0,
  phase: "",
  correlationId: "",
  commands: Chunk.empty(),
  timeouts: [],
  parked: null,
  waiting: Chunk.empty(),
  waitingTimeouts: [],
  observed: Observed.none
}

/** Whether the instance has observed this event or a later one of its stream and type. */
export const hasObserved = (
  { observed }: PendingWork,
  event: Pick<EventTrigger, "stream" | "type" | "version">
): boolean => Observed.has(observed, event)

/** Whether a trigger is the outcome of a command, or a timeout, that was decided before the instance started again. */
export const isOfEarlierRun = ({ restartedAt }: PendingWork, trigger: Trigger): boolean => {
  switch (trigger._tag) {
    case "Answered":
      return trigger.sentAt < restartedAt
    case "TimedOut":
      return trigger.scheduledAt < restartedAt
    default:
      return false
  }
}

/** The pending command with this place, and of this decision if one is given; undefined if its outcome is known. */
export const commandOf = (
  { commands }: PendingWork,
  { index, sentAt, sentBy }: Pick<PendingCommand, "sentAt" | "index" | "sentBy">
): PendingCommand | undefined => {
  const isIt = (one: PendingCommand) => one.sentAt === sentAt && one.index === index && isOf(sentBy, one.sentBy)
  // Outcomes arrive in the order of the commands: usually it is the first.
  return Option.getOrUndefined(
    Option.orElse(Option.filter(Chunk.head(commands), isIt), () => Chunk.findFirst(commands, isIt))
  )
}

/** The pending timeout with this name and schedule, and of this decision if one is given. */
export const timeoutOf = (
  { timeouts }: PendingWork,
  { name, scheduledAt, scheduledBy }: Pick<PendingTimeout, "name" | "scheduledAt" | "scheduledBy">
): PendingTimeout | undefined =>
  timeouts.find((one) => one.name === name && one.scheduledAt === scheduledAt && isOf(scheduledBy, one.scheduledBy))

const isOf = (given: string | undefined, decision: string | undefined): boolean =>
  given === undefined || given === decision

/** When the runner must act for the instance, in milliseconds since 1970: 0 for commands; undefined for nothing. */
const dueOf = ({ commands, timeouts }: PendingWork): number | undefined =>
  commands.length > 0
    ? 0
    : timeouts.reduce<number | undefined>(
      (first, { due: { epochMilliseconds: due } }) => first === undefined || due < first ? due : first,
      undefined
    )

/** The pending work in the form in which the events of the instance record it. */
export const leftOf = (pending: PendingWork): Pick<ProcessEvent, "due" | "waiting"> => {
  const due = dueOf(pending)
  const waiting = pending.waiting.length
  return { ...due !== undefined && { due }, ...waiting > 0 && { waiting } }
}
