/** A process instance as the fold of its own stream: its pending work and the state of the process. */
import * as Result from "effect/Result"
import type { Tagged } from "../../event/EventType.ts"
import type { ProcessEvent, ProcessReacted } from "../ProcessEvent.ts"
import * as PendingWork from "./PendingWork.ts"
import * as PendingWorkFold from "./PendingWorkFold.ts"
import * as Reactor from "./Reactor.ts"
import * as TriggerInput from "./TriggerInput.ts"

/** An instance: its pending work, and its state or why it cannot be folded. */
export interface Instance<State> {
  readonly pending: PendingWork.PendingWork
  readonly state: Result.Result<State, TriggerInput.Fault>
  /** The stored types of events that it has reacted to and that the process's codec does not have: the state leaves them out. */
  readonly unknownTypes: ReadonlyArray<string>
}

/** The parts of a process that its instances use. */
export interface InstanceProcess<Event extends Tagged, State> extends Reactor.Reactor<Event, State> {
  readonly name: string
  readonly initialState: State
  readonly phase: ((state: State) => string) | undefined
}

/** An instance without events. */
export const initial = <State>({ initialState }: { readonly initialState: State }): Instance<State> => ({
  pending: PendingWork.empty,
  state: Result.succeed(initialState),
  unknownTypes: []
})

/** The instance after an event of its stream. */
export const evolve = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  before: Instance<State>,
  event: ProcessEvent
): Instance<State> => {
  const pending = PendingWorkFold.evolve(before.pending, event)
  switch (event._tag) {
    case "ProcessRestarted":
      return { ...initial(process), pending }
    case "ProcessReacted":
      return isIgnored(before, event) ? { ...before, pending } : { ...react(process, before, event), pending }
    default:
      return { ...before, pending }
  }
}

type Reacted = typeof ProcessReacted.Event

/** Whether a trigger is recorded without a change of the state: the instance is completed, or has started again since. */
export const isIgnored = <State>(
  { pending }: Pick<Instance<State>, "pending">,
  { trigger }: Pick<Reacted, "trigger">
): boolean => pending.isCompleted || PendingWork.isOfEarlierRun(pending, trigger)

const react = <Event extends Tagged, State>(
  process: InstanceProcess<Event, State>,
  { pending, state, unknownTypes }: Instance<State>,
  { instance, trigger }: Reacted
): Instance<State> => {
  if (Result.isFailure(state)) return { pending, state, unknownTypes }
  const decoded = TriggerInput.decode(process, instance, trigger)
  if (Result.isFailure(decoded)) return { pending, state: Result.fail(decoded.failure), unknownTypes }
  const { unknownType } = decoded.success
  return {
    pending,
    state: Reactor.evolve(process, state.success, decoded.success),
    unknownTypes: unknownType === undefined || unknownTypes.includes(unknownType)
      ? unknownTypes
      : [...unknownTypes, unknownType]
  }
}
