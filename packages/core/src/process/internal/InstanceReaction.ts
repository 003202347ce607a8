/** The reactions of an instance to triggers, and the events that record them. */
import * as Chunk from "effect/Chunk"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { NewerSchemaVersion } from "../../event/DecodeError.ts"
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

/** Events that an instance decides; a failure if the code is too old for an event of the instance. */
type Recorded = Result.Result<ReadonlyArray<ProcessEvent>, NewerSchemaVersion>

/** The events of a new trigger; none if it is an event that changes nothing and has no reactions. */
export const record = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  instance: Instance<State>,
  trigger: Trigger
): Recorded => {
  if (instance.pending.parked !== null) return Result.succeed([ProcessWaited.make({ instance: to.name, trigger })])
  const reacted = reactTo(process, to, instance, trigger)
  if (Result.isFailure(reacted)) return reacted
  const [reaction] = reacted.success
  const isIdle = trigger._tag === "Event" && reaction?._tag === "ProcessReacted" && reaction.decided.length === 0
  // Progress is restored as a new state, also if nothing has changed.
  const isSame = isIdle && Result.isSuccess(instance.state) &&
    Result.getOrUndefined(evolve({ ...process, progress: undefined }, instance, reaction).state) ===
      instance.state.success
  return isSame ? Result.succeed([]) : reacted
}

const reactTo = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  instance: Instance<State>,
  trigger: Trigger
): Recorded => {
  const isRestart = instance.pending.isCompleted ? Reactor.restarts(process, to.name, trigger) : Result.succeed(false)
  if (Result.isFailure(isRestart)) return Result.map(park(to, trigger, isRestart.failure), (parked) => [parked])
  if (!isRestart.success) return Result.map(reactOnce(process, to, instance, trigger), (reaction) => [reaction])
  const restarted = ProcessRestarted.make({ instance: to.name })
  return Result.map(
    reactOnce(process, to, evolve(process, instance, restarted), trigger),
    (reaction) => reaction._tag === "ProcessParked" ? [reaction] : [restarted, reaction]
  )
}

const reactOnce = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  instance: Instance<State>,
  trigger: Trigger
): Result.Result<ProcessEvent, NewerSchemaVersion> => {
  const { name, ...named } = to
  if (isIgnored(instance, { trigger })) {
    return Result.succeed(ProcessReacted.make({ instance: name, trigger, decided: [] }))
  }
  const reaction = Result.gen(function*() {
    const inputs = yield* TriggerInput.decode(process, name, trigger)
    const { decided, observed, state } = yield* Reactor.react(process, yield* instance.state, inputs)
    const phase = yield* Reactor.phaseOf(process.phase, state)
    const progress = process.progress === undefined ? {} : { progress: process.progress.record(state) }
    return { trigger: TriggerInput.firstOf(trigger, inputs, observed), decided, ...phase, ...progress }
  })
  return Result.match(reaction, {
    onSuccess: (reacted) => Result.succeed(ProcessReacted.make({ instance: name, ...reacted, ...named })),
    onFailure: (fault) => park(to, trigger, fault)
  })
}

const park = (
  { name }: Addressee,
  trigger: Trigger,
  { newer, reason, stage }: TriggerInput.Fault
): Result.Result<ProcessEvent, NewerSchemaVersion> =>
  newer === undefined
    ? Result.succeed(ProcessParked.make({ instance: name, trigger, stage, reason: reasonOf(reason) }))
    : Result.fail(newer)

// The events of one retry must fit into a commit.
const maxRetried = 200
const maxBytes = 4 * 1024 * 1024

/**
 * Reacts to the waiting triggers in their order, up to the first that fails again. It stops after `maxRetried`
 * triggers or `maxBytes`: the others wait for the next retry.
 */
export const retry = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  to: Addressee,
  from: Instance<State>
): Recorded => {
  const events: Array<ProcessEvent> = []
  let instance = from
  let bytes = 0
  for (let n = 0; n < maxRetried && bytes < maxBytes; n++) {
    const next = Chunk.head(instance.pending.waiting)
    if (Option.isNone(next)) return Result.succeed(events)
    const reacted = reactTo(process, to, instance, next.value)
    if (Result.isFailure(reacted)) return reacted
    for (const event of reacted.success) {
      events.push(event)
      bytes += sizeOf(event)
      if (event._tag === "ProcessParked") return Result.succeed(events)
      instance = evolve(process, instance, event)
    }
  }
  return Result.succeed(events)
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
