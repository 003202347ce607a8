/** The fold of an instance's stream into its pending work. It calls none of the process's own functions. */
import * as Chunk from "effect/Chunk"
import * as Option from "effect/Option"
import type { View } from "../../decide/View.ts"
import type { Decided, ProcessEvent, Trigger } from "../ProcessEvent.ts"
import * as Observed from "./Observed.ts"
import { commandOf, empty, type PendingWork, timeoutOf } from "./PendingWork.ts"

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
    case "ProcessRestarted":
      return { ...pending, isCompleted: false, restartedAt: pending.version }
  }
}

/** The fold of an instance's stream into its pending work. */
export const view: View<PendingWork, ProcessEvent> = { initialState: empty, evolve }

const addWaiting = (pending: PendingWork, trigger: Trigger): PendingWork => {
  const next = observe(pending, trigger)
  // The first observed event sets the correlation id, even if the instance could not react to it.
  const correlationId = pending.correlationId === "" ? correlationOf(pending, trigger) : pending.correlationId
  return {
    ...next,
    correlationId,
    waiting: Chunk.append(next.waiting, trigger),
    waitingTimeouts: trigger._tag === "TimedOut" ? [...next.waitingTimeouts, trigger.name] : next.waitingTimeouts
  }
}

const removeFirstWaiting = (pending: PendingWork): PendingWork => {
  const first = Option.getOrUndefined(Chunk.head(pending.waiting))
  return {
    ...pending,
    waiting: Chunk.drop(pending.waiting, 1),
    waitingTimeouts: first?._tag === "TimedOut"
      ? pending.waitingTimeouts.filter((name) => name !== first.name)
      : pending.waitingTimeouts,
    // The next trigger has no attempts yet.
    parked: pending.parked && { ...pending.parked, attempts: 0 }
  }
}

const unparkIfNoneWait = (pending: PendingWork): PendingWork =>
  pending.waiting.length === 0 ? { ...pending, parked: null } : pending

// A trigger is observed once, even if the instance cannot react to it yet.
const observe = (pending: PendingWork, trigger: Trigger): PendingWork => {
  switch (trigger._tag) {
    case "Event":
      return { ...pending, observed: Observed.add(pending.observed, trigger) }
    case "Answered": {
      const answered = commandOf(pending, trigger)
      return { ...pending, commands: without(pending.commands, answered) }
    }
    case "TimedOut": {
      const over = timeoutOf(pending, trigger)
      return { ...pending, timeouts: pending.timeouts.filter((one) => one !== over) }
    }
    case "Resumed":
      return pending
  }
}

// Outcomes arrive in the order of the commands: usually it is the first.
const without = <A>(all: Chunk.Chunk<A>, removed: A | undefined): Chunk.Chunk<A> =>
  Option.getOrUndefined(Chunk.head(all)) === removed ? Chunk.drop(all, 1) : Chunk.filter(all, (one) => one !== removed)

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
      return {
        ...pending,
        commands: Chunk.append(pending.commands, { ...command, sentAt, index, ...sentBy, correlationId })
      }
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
const removeTimeout = (pending: PendingWork, name: string): PendingWork => {
  const timeouts = pending.timeouts.filter((one) => one.name !== name)
  if (!pending.waitingTimeouts.includes(name)) return { ...pending, timeouts }
  return {
    ...pending,
    timeouts,
    waiting: Chunk.filter(pending.waiting, (trigger) => trigger._tag !== "TimedOut" || trigger.name !== name),
    waitingTimeouts: pending.waitingTimeouts.filter((one) => one !== name)
  }
}
