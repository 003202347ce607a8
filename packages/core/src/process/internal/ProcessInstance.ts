/**
 * A process instance as an aggregate: it decides which events record a trigger, and its state is the fold of its own
 * stream. It is stored and loaded as other aggregates are, with the same optimistic concurrency.
 */
import * as Result from "effect/Result"
import * as Aggregate from "../../decide/Aggregate.ts"
import * as Decider from "../../decide/Decider.ts"
import type { Tagged } from "../../event/EventType.ts"
import { reasonOf } from "../../event/internal/Reason.ts"
import type { InvalidInput } from "../../event/InvalidInput.ts"
import {
  codec,
  ProcessDiscarded,
  type ProcessEvent,
  ProcessParked,
  ProcessReacted,
  ProcessWaited,
  type Trigger
} from "../ProcessEvent.ts"
import * as PendingWork from "./PendingWork.ts"
import { type InstanceRefusal, Message } from "./ProcessMessage.ts"
import * as Reactor from "./Reactor.ts"
import * as TriggerInputs from "./TriggerInputs.ts"

/** An instance: its pending work, and its state or why it cannot be folded. */
export interface Instance<State> {
  readonly pending: PendingWork.PendingWork
  readonly state: Result.Result<State, Reactor.Fault>
}

/** The parts of a process that its instances use. */
export interface InstanceProcess<Event extends Tagged, State> extends Reactor.Reactor<Event, State> {
  readonly name: string
  readonly initialState: State
  readonly phase: ((state: State) => string) | undefined
}

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
      initialState: { pending: PendingWork.empty, state: Result.succeed(process.initialState) },
      decide: (message, instance) => decide(process, message, instance),
      evolve: (instance, event) => evolve(process, instance, event)
    })
  })

const evolve = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  { pending, state }: Instance<State>,
  event: ProcessEvent
): Instance<State> => ({
  pending: PendingWork.evolve(pending, event),
  // After completion, triggers are recorded but do not change the state.
  state: event._tag === "ProcessReacted" && !pending.isCompleted ? evolveState(process, state, event) : state
})

const evolveState = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  state: Instance<State>["state"],
  { instance, trigger }: { readonly instance: string; readonly trigger: Trigger }
): Instance<State>["state"] =>
  Result.flatMap(state, (before) =>
    Result.flatMap(
      Reactor.decode(process, instance, trigger),
      (decoded) => TriggerInputs.evolve(process, before, decoded)
    ))

type Decision = Result.Result<ReadonlyArray<ProcessEvent>, InstanceRefusal>

const decide = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  message: Message,
  instance: Instance<State>
): Decision => {
  const { pending } = instance
  const refuse = (_tag: InstanceRefusal["_tag"]): Decision => Result.fail({ _tag, instance: message.instance })
  const { decision } = message
  const to = { name: message.instance, ...decision !== undefined && { decision } }
  const observe = (trigger: Trigger): Decision => Result.succeed(record(process, to, instance, trigger))
  const nothing: Decision = Result.succeed([])
  switch (message._tag) {
    case "Observe":
      return pending.isCompleted || PendingWork.hasObserved(pending, message.trigger)
        ? nothing
        : observe(message.trigger)
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
    case "Resume":
      if (pending.version === 0) return refuse("UnknownInstance")
      if (pending.isCompleted) return refuse("InstanceCompleted")
      return observe({ _tag: "Resumed", reason: message.reason, at: message.at })
    case "Retry":
      return pending.parked === null ? refuse("InstanceNotParked") : retry(process, to, instance, [])
    case "Discard": {
      if (pending.parked === null) return refuse("InstanceNotParked")
      const discarded = ProcessDiscarded.make({ reason: message.reason })
      return retry(process, to, evolve(process, instance, discarded), [discarded])
    }
  }
}

/** The instance that a message is for, and the id of what it decides. */
interface Addressee {
  readonly name: string
  readonly decision?: string
}

// The events of a new trigger; none if it is an event that changes nothing and has no reactions.
const record = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  instance: Instance<State>,
  trigger: Trigger
): ReadonlyArray<ProcessEvent> => {
  if (instance.pending.parked !== null) return [ProcessWaited.make({ instance: to.name, trigger })]
  const reaction = reactTo(process, to, instance, trigger)
  const isIdle = trigger._tag === "Event" && reaction._tag === "ProcessReacted" && reaction.decided.length === 0
  const isSame = isIdle && Result.isSuccess(instance.state) &&
    Result.getOrUndefined(evolve(process, instance, reaction).state) === instance.state.success
  return isSame ? [] : [reaction]
}

const reactTo = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  { name: instance, ...named }: Addressee,
  { pending, state }: Instance<State>,
  trigger: Trigger
): ProcessEvent => {
  if (pending.isCompleted) return ProcessReacted.make({ instance, trigger, decided: [] })
  const reaction = Result.gen(function*() {
    const before = yield* state
    const decoded = yield* Reactor.decode(process, instance, trigger)
    const { decided, observed, state: after } = yield* TriggerInputs.react(process, before, decoded)
    const phase = yield* Reactor.phaseOf(process.phase, after)
    return { trigger: TriggerInputs.observedOf(trigger, decoded, observed), decided, ...phase }
  })
  return Result.match(reaction, {
    onSuccess: (reacted) => ProcessReacted.make({ instance, ...reacted, ...named }),
    onFailure: ({ reason, stage }) => ProcessParked.make({ instance, trigger, stage, reason: reasonOf(reason) })
  })
}

// Reacts to the waiting triggers in their order, up to the first that fails again.
const retry = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  from: Instance<State>,
  before: ReadonlyArray<ProcessEvent>
): Decision => {
  const events = [...before]
  let instance = from
  for (;;) {
    const [next] = instance.pending.waiting
    if (next === undefined) return Result.succeed(events)
    const reaction = reactTo(process, to, instance, next)
    events.push(reaction)
    if (reaction._tag === "ProcessParked") return Result.succeed(events)
    instance = evolve(process, instance, reaction)
  }
}
