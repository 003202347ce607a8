/** How an instance reacts to triggers: the events that record its reactions. */
import * as Chunk from "effect/Chunk"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { Tagged } from "../../event/EventType.ts"
import { reasonOf } from "../../event/internal/Reason.ts"
import { storedLength } from "../../event/internal/StoredLength.ts"
import {
  type ProcessEvent,
  ProcessParked,
  ProcessReacted,
  ProcessRestarted,
  ProcessWaited,
  type Trigger
} from "../ProcessEvent.ts"
import { evolve, type Instance, type InstanceProcess, isIgnored } from "./InstanceState.ts"
import * as Reactor from "./Reactor.ts"
import * as TriggerInput from "./TriggerInput.ts"

/** The instance that reacts, and the id of what it decides. */
export interface Addressee {
  readonly name: string
  readonly decision?: string
}

/** The events of a new trigger; none if it is an event that changes nothing and has no reactions. */
export const record = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  instance: Instance<State>,
  trigger: Trigger
): ReadonlyArray<ProcessEvent> => {
  if (instance.pending.parked !== null) return [ProcessWaited.make({ instance: to.name, trigger })]
  const events = reactTo(process, to, instance, trigger)
  const [reaction] = events
  const isIdle = trigger._tag === "Event" && reaction?._tag === "ProcessReacted" && reaction.decided.length === 0
  // Progress is restored as a new state, also where nothing has changed.
  const isSame = isIdle && Result.isSuccess(instance.state) &&
    Result.getOrUndefined(evolve({ ...process, progress: undefined }, instance, reaction).state) ===
      instance.state.success
  return isSame ? [] : events
}

const reactTo = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  instance: Instance<State>,
  trigger: Trigger
): ReadonlyArray<ProcessEvent> => {
  const isRestart = instance.pending.isCompleted ? Reactor.restarts(process, to.name, trigger) : Result.succeed(false)
  if (Result.isFailure(isRestart)) return [park(to, trigger, isRestart.failure)]
  if (!isRestart.success) return [reactOnce(process, to, instance, trigger)]
  const restarted = ProcessRestarted.make({ instance: to.name })
  const reaction = reactOnce(process, to, evolve(process, instance, restarted), trigger)
  return reaction._tag === "ProcessParked" ? [reaction] : [restarted, reaction]
}

const reactOnce = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  instance: Instance<State>,
  trigger: Trigger
): ProcessEvent => {
  const { name, ...named } = to
  if (isIgnored(instance, { trigger })) return ProcessReacted.make({ instance: name, trigger, decided: [] })
  const reaction = Result.gen(function*() {
    const inputs = yield* TriggerInput.decode(process, name, trigger)
    const { decided, observed, state } = yield* Reactor.react(process, yield* instance.state, inputs)
    const phase = yield* Reactor.phaseOf(process.phase, state)
    const progress = process.progress === undefined ? {} : { progress: process.progress.record(state) }
    return { trigger: TriggerInput.firstOf(trigger, inputs, observed), decided, ...phase, ...progress }
  })
  return Result.match(reaction, {
    onSuccess: (reacted) => ProcessReacted.make({ instance: name, ...reacted, ...named }),
    onFailure: (fault) => park(to, trigger, fault)
  })
}

const park = ({ name }: Addressee, trigger: Trigger, { reason, stage }: TriggerInput.Fault): ProcessEvent =>
  ProcessParked.make({ instance: name, trigger, stage, reason: reasonOf(reason) })

// What is recorded at once must fit into a commit.
const maxRetried = 200
const maxBytes = 4 * 1024 * 1024

/**
 * Reacts to the waiting triggers in their order, up to the first that fails again. Of very many or very large ones only
 * to the first: the others wait for the next retry.
 */
export const retry = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  from: Instance<State>
): ReadonlyArray<ProcessEvent> => {
  const events: Array<ProcessEvent> = []
  let instance = from
  let bytes = 0
  for (let n = 0; n < maxRetried && bytes < maxBytes; n++) {
    const next = Chunk.head(instance.pending.waiting)
    if (Option.isNone(next)) return events
    for (const event of reactTo(process, to, instance, next.value)) {
      events.push(event)
      bytes += sizeOf(event)
      if (event._tag === "ProcessParked") return events
      instance = evolve(process, instance, event)
    }
  }
  return events
}

// The parts whose sizes have no limit of their own: the data of the trigger, and commands.
const sizeOf = (event: ProcessEvent): number => {
  if (event._tag !== "ProcessReacted") return 0
  const { decided, trigger } = event
  return decided.reduce(
    (bytes, one) => one._tag === "Send" ? bytes + storedLength(one.command) : bytes,
    trigger._tag === "Event" ? storedLength(trigger.data) : 0
  )
}
