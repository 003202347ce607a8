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
import * as Agenda from "./Agenda.ts"
import { type InstanceRefusal, Message } from "./ProcessMessage.ts"
import * as Reacting from "./Reacting.ts"

/** An instance: its agenda, and its state or why it cannot be folded. */
export interface Instance<State> {
  readonly agenda: Agenda.Agenda
  readonly state: Result.Result<State, Reacting.Fault>
}

/** The parts of a process that its instances use. */
export interface Instanced<Event extends Tagged, State> extends Reacting.Reacts<Event, State> {
  readonly name: string
  readonly initialState: State
  readonly phase: ((state: State) => string) | undefined
}

/** The aggregate of a process's instances; its category is the process's name. */
export type Instances<State> = Aggregate.Aggregate<Message, Instance<State>, ProcessEvent, InstanceRefusal>

/** Makes the aggregate of a process's instances. */
export const make = <Event extends Tagged, State>(
  process: Instanced<Event, State>
): Result.Result<Instances<State>, InvalidInput> =>
  Aggregate.make({
    category: process.name,
    codec,
    commands: Message,
    decider: Decider.make<Message, Instance<State>, ProcessEvent, InstanceRefusal>({
      initialState: { agenda: Agenda.empty, state: Result.succeed(process.initialState) },
      decide: (message, instance) => decide(process, message, instance),
      evolve: (instance, event) => evolve(process, instance, event)
    })
  })

const evolve = <Event extends Tagged, State>(
  process: Instanced<Event, State>,
  { agenda, state }: Instance<State>,
  event: ProcessEvent
): Instance<State> => ({
  agenda: Agenda.evolve(agenda, event),
  // After completion, triggers are recorded but do not change the state.
  state: event._tag === "ProcessReacted" && !agenda.isCompleted ? evolved(process, state, event) : state
})

const evolved = <Event extends Tagged, State>(
  process: Instanced<Event, State>,
  state: Instance<State>["state"],
  { instance, trigger }: { readonly instance: string; readonly trigger: Trigger }
): Instance<State>["state"] =>
  Result.flatMap(
    state,
    (before) =>
      Result.flatMap(Reacting.read(process, instance, trigger), (decoded) => Reacting.evolve(process, before, decoded))
  )

type Decision = Result.Result<ReadonlyArray<ProcessEvent>, InstanceRefusal>

const decide = <Event extends Tagged, State>(
  process: Instanced<Event, State>,
  message: Message,
  instance: Instance<State>
): Decision => {
  const { agenda } = instance
  const refuse = (_tag: InstanceRefusal["_tag"]): Decision => Result.fail({ _tag, instance: message.instance })
  const observe = (trigger: Trigger): Decision => Result.succeed(record(process, message.instance, instance, trigger))
  const nothing: Decision = Result.succeed([])
  switch (message._tag) {
    case "Observe":
      return agenda.isCompleted || Agenda.hasSeen(agenda, message.trigger) ? nothing : observe(message.trigger)
    case "Answer": {
      const command = Agenda.commandOf(agenda, message)
      if (command === undefined) return nothing
      const { category, id, index, label, sentAt } = command
      const { at, outcome } = message
      return observe({ _tag: "Answered", sentAt, index, label, category, id, outcome, at })
    }
    case "TimeOut": {
      const timeout = Agenda.timeoutOf(agenda, message)
      return timeout === undefined ? nothing : observe({ _tag: "TimedOut", ...timeout })
    }
    case "Resume":
      if (agenda.version === 0) return refuse("UnknownInstance")
      if (agenda.isCompleted) return refuse("InstanceCompleted")
      return observe({ _tag: "Resumed", reason: message.reason, at: message.at })
    case "Retry":
      return agenda.parked === null ? refuse("InstanceNotParked") : retry(process, message.instance, instance, [])
    case "Discard": {
      if (agenda.parked === null) return refuse("InstanceNotParked")
      const discarded = ProcessDiscarded.make({ reason: message.reason })
      return retry(process, message.instance, evolve(process, instance, discarded), [discarded])
    }
  }
}

// The events of a new trigger; none if it is an event that changes nothing and has no reactions.
const record = <Event extends Tagged, State>(
  process: Instanced<Event, State>,
  name: string,
  instance: Instance<State>,
  trigger: Trigger
): ReadonlyArray<ProcessEvent> => {
  if (instance.agenda.parked !== null) return [ProcessWaited.make({ instance: name, trigger })]
  const reaction = reactionTo(process, name, instance, trigger)
  const isIdle = trigger._tag === "Event" && reaction._tag === "ProcessReacted" && reaction.decided.length === 0
  const isSame = isIdle && Result.isSuccess(instance.state) &&
    Result.getOrUndefined(evolve(process, instance, reaction).state) === instance.state.success
  return isSame ? [] : [reaction]
}

const reactionTo = <Event extends Tagged, State>(
  process: Instanced<Event, State>,
  instance: string,
  { agenda, state }: Instance<State>,
  trigger: Trigger
): ProcessEvent => {
  if (agenda.isCompleted) return ProcessReacted.make({ instance, trigger, decided: [] })
  const reaction = Result.gen(function*() {
    const before = yield* state
    const decoded = yield* Reacting.read(process, instance, trigger)
    const after = yield* Reacting.evolve(process, before, decoded)
    const decided = yield* Reacting.react(process, { before, after }, decoded)
    const phase = yield* Reacting.phaseOf(process.phase, after)
    return { decided, ...phase }
  })
  return Result.match(reaction, {
    onSuccess: (reacted) => ProcessReacted.make({ instance, trigger, ...reacted }),
    onFailure: ({ reason, stage }) => ProcessParked.make({ instance, trigger, stage, reason: reasonOf(reason) })
  })
}

// Reacts to the waiting triggers in their order, up to the first that fails again.
const retry = <Event extends Tagged, State>(
  process: Instanced<Event, State>,
  name: string,
  from: Instance<State>,
  before: ReadonlyArray<ProcessEvent>
): Decision => {
  const events = [...before]
  let instance = from
  for (;;) {
    const [next] = instance.agenda.waiting
    if (next === undefined) return Result.succeed(events)
    const reaction = reactionTo(process, name, instance, next)
    events.push(reaction)
    if (reaction._tag === "ProcessParked") return Result.succeed(events)
    instance = evolve(process, instance, reaction)
  }
}
