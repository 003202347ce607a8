/**
 * A process instance as an aggregate: it decides which events record a trigger, and its state is the fold of its own
 * stream. It is stored and loaded as other aggregates are, with the same optimistic concurrency.
 */
import * as Result from "effect/Result"
import * as Aggregate from "../../decide/Aggregate.ts"
import * as Decider from "../../decide/Decider.ts"
import type { Tagged } from "../../event/EventType.ts"
import type { InvalidInput } from "../../event/InvalidInput.ts"
import { codec, ProcessDiscarded, type ProcessEvent, type Trigger } from "../ProcessEvent.ts"
import { type Addressee, record, retry } from "./InstanceReaction.ts"
import { evolve, initial, type Instance, type InstanceProcess } from "./InstanceState.ts"
import * as PendingWork from "./PendingWork.ts"
import * as PendingWorkFold from "./PendingWorkFold.ts"
import { type InstanceRefusal, Message, type OperatorRefusal } from "./ProcessMessage.ts"
import * as Reactor from "./Reactor.ts"

export type { Instance } from "./InstanceState.ts"

/** The aggregate of a process's instances; its category is the process's name. */
export type Instances<State> = Aggregate.Aggregate<Message, Instance<State>, ProcessEvent, InstanceRefusal>

/** Makes the aggregate of a process's instances. */
export const make = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>
): Result.Result<Instances<State>, InvalidInput> =>
  Aggregate.make({
    category: process.name,
    events: codec,
    commands: Message,
    decider: Decider.make<Message, Instance<State>, ProcessEvent, InstanceRefusal>({
      initialState: initial(process),
      decide: (message, instance) =>
        Result.map(decide(process, message, instance), (events) => withLeft(instance.pending, events)),
      evolve: (instance, event) => evolve(process, instance, event)
    })
  })

// Each event has the pending work after it, so that the row of the instance need not hold the pending work.
const withLeft = (
  before: PendingWork.PendingWork,
  events: ReadonlyArray<ProcessEvent>
): ReadonlyArray<ProcessEvent> => {
  let pending = before
  return events.map((event) => {
    pending = PendingWorkFold.evolve(pending, event)
    return { ...event, ...PendingWork.leftOf(pending) }
  })
}

type Decision = Result.Result<ReadonlyArray<ProcessEvent>, InstanceRefusal>

const nothing: Decision = Result.succeed([])

const decide = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  message: Message,
  instance: Instance<State>
): Decision => {
  const { pending } = instance
  const { decision } = message
  const to = { name: message.instance, ...decision !== undefined && { decision } }
  const observe = (trigger: Trigger): Decision => record(process, to, instance, trigger)
  switch (message._tag) {
    case "Observe":
      return isForIt(process, to, instance, message.trigger) ? observe(message.trigger) : nothing
    case "Answer": {
      const command = PendingWork.commandOf(pending, message)
      if (command === undefined) return nothing
      const { category, id, index, label, sentAt } = command
      const { at, outcome } = message
      return observe({ _tag: "Answered", sentAt, index, label, category, id, outcome, at })
    }
    case "TimeOut": {
      const timeout = PendingWork.timeoutOf(pending, message)
      if (timeout === undefined) return nothing
      const { due, name, scheduledAt } = timeout
      return observe({ _tag: "TimedOut", name, scheduledAt, due })
    }
    default:
      return operate(process, message, to, instance)
  }
}

// Observes an event for the first time. A completed instance observes only an event that starts it again, and the events
// after one that waits.
const isForIt = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  { name }: Addressee,
  { pending }: Instance<State>,
  trigger: Extract<Message, { readonly _tag: "Observe" }>["trigger"]
): boolean => {
  if (PendingWork.hasObserved(pending, trigger)) return false
  // An instance is parked if the test whether it starts again fails.
  return !pending.isCompleted || pending.parked !== null ||
    Result.getOrElse(Reactor.restarts(process, name, trigger), () => true)
}

type Operation = Exclude<Message, { readonly _tag: "Observe" | "Answer" | "TimeOut" }>

// The commands of operators.
const operate = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  message: Operation,
  to: Addressee,
  instance: Instance<State>
): Decision => {
  const { pending } = instance
  const refuse = (_tag: OperatorRefusal["_tag"]): Decision => Result.fail({ _tag, instance: message.instance })
  switch (message._tag) {
    case "Resume": {
      if (pending.version === 0) return refuse("UnknownInstance")
      if (pending.isCompleted) return refuse("InstanceCompleted")
      return record(process, to, instance, { _tag: "Resumed", reason: message.reason, at: message.at })
    }
    case "Retry":
      return pending.parked === null ? refuse("InstanceNotParked") : retry(process, to, instance)
    case "Discard": {
      if (pending.parked === null) return refuse("InstanceNotParked")
      const discarded = ProcessDiscarded.make({ reason: message.reason })
      return Result.map(retry(process, to, evolve(process, instance, discarded)), (events) => [discarded, ...events])
    }
  }
}
