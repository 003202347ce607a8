/**
 * An instance of a process as an aggregate like any other: it decides what to record about what it meets, and its state
 * is the fold of its own stream. What a process does is therefore stored, loaded and raced for as commands are.
 */
import * as Result from "effect/Result"
import * as Aggregate from "../../decide/Aggregate.ts"
import * as Decider from "../../decide/Decider.ts"
import type { InvalidInput } from "../../event/InvalidInput.ts"
import {
  codec,
  ProcessDiscarded,
  type ProcessEvent,
  ProcessParked,
  ProcessReacted,
  ProcessWaited,
  reasonOf,
  type Trigger
} from "../ProcessEvent.ts"
import * as Agenda from "./Agenda.ts"
import { type InstanceRefusal, Message } from "./ProcessMessage.ts"
import * as Reacting from "./Reacting.ts"

/** An instance: what it has to do, and the process's own state, or why that cannot be told. */
export interface Instance<State> {
  readonly agenda: Agenda.Agenda
  readonly state: Result.Result<State, Reacting.Fault>
}

type Tagged = { readonly _tag: string }

/** What an instance needs of its process. */
export interface Instanced<Event extends Tagged, State> extends Reacting.Reacts<Event, State> {
  readonly name: string
  readonly initialState: State
  readonly phase: ((state: State) => string) | undefined
}

/** The aggregate of a process's instances; its category is the process's name. */
export type Instances<State> = Aggregate.Aggregate<Message, Instance<State>, ProcessEvent, InstanceRefusal>

/** The instances of a process. */
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
  // After its end, triggers are recorded but mean nothing any more.
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
      Result.flatMap(Reacting.read(process, instance, trigger), (told) => Reacting.evolve(process, before, told))
  )

type Decision = Result.Result<ReadonlyArray<ProcessEvent>, InstanceRefusal>

const decide = <Event extends Tagged, State>(
  process: Instanced<Event, State>,
  message: Message,
  instance: Instance<State>
): Decision => {
  const { agenda } = instance
  const refuse = (_tag: InstanceRefusal["_tag"]): Decision => Result.fail({ _tag, instance: message.instance })
  const meet = (trigger: Trigger): Decision => Result.succeed(met(process, message.instance, instance, trigger))
  const nothing: Decision = Result.succeed([])
  switch (message._tag) {
    case "Observe":
      return agenda.isCompleted || Agenda.hasSeen(agenda, message.trigger) ? nothing : meet(message.trigger)
    case "Answer": {
      const command = Agenda.commandOf(agenda, message)
      if (command === undefined) return nothing
      const { category, id, index, label, sentAt } = command
      const { at, outcome } = message
      return meet({ _tag: "Answered", sentAt, index, label, category, id, outcome, at })
    }
    case "TimeOut": {
      const timeout = Agenda.timeoutOf(agenda, message)
      return timeout === undefined ? nothing : meet({ _tag: "TimedOut", ...timeout })
    }
    case "Resume":
      if (agenda.version === 0) return refuse("UnknownInstance")
      if (agenda.isCompleted) return refuse("InstanceCompleted")
      return meet({ _tag: "Resumed", reason: message.reason, at: message.at })
    case "Retry":
      return agenda.parked === null ? refuse("InstanceNotParked") : retry(process, message.instance, instance, [])
    case "Discard": {
      if (agenda.parked === null) return refuse("InstanceNotParked")
      const discarded = ProcessDiscarded.make({ reason: message.reason })
      return retry(process, message.instance, evolve(process, instance, discarded), [discarded])
    }
  }
}

// What is recorded of a new trigger; nothing, where it changes nothing and leads to nothing.
const met = <Event extends Tagged, State>(
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
    const told = yield* Reacting.read(process, instance, trigger)
    const after = yield* Reacting.evolve(process, before, told)
    const decided = yield* Reacting.react(process, { before, after }, told)
    const phase = yield* Reacting.phaseOf(process.phase, after)
    return { decided, ...phase }
  })
  return Result.match(reaction, {
    onSuccess: (reacted) => ProcessReacted.make({ instance, trigger, ...reacted }),
    onFailure: ({ reason, stage }) => ProcessParked.make({ instance, trigger, stage, reason: reasonOf(reason) })
  })
}

// Reacts to the triggers that wait, in their order, up to the first that still fails.
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
