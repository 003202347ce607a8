/** A process instance as the fold of its own stream: its pending work and the state of the process. */
import * as Result from "effect/Result"
import type { Tagged } from "../../event/EventType.ts"
import type { ProcessEvent, ProcessReacted } from "../ProcessEvent.ts"
import * as InstanceStatus from "./InstanceStatus.ts"
import * as PendingWork from "./PendingWork.ts"
import * as PendingWorkFold from "./PendingWorkFold.ts"
import * as Progress from "./Progress.ts"
import * as Reactor from "./Reactor.ts"
import * as TriggerInput from "./TriggerInput.ts"

/** An instance: its status, its pending work, and its state or why it cannot be folded. */
export interface Instance<State> {
  readonly status: InstanceStatus.InstanceStatus
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
  readonly progress?: Progress.Progress<Event, State> | undefined
  readonly endPhases?: ReadonlyArray<string> | undefined
}

/** An instance without events. */
export const initial = <State>({ initialState }: { readonly initialState: State }): Instance<State> => ({
  status: "NotStarted",
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
  const after = { status: InstanceStatus.ofWork(pending, process.endPhases), pending }
  switch (event._tag) {
    case "ProcessRestarted":
      return { ...initial(process), ...after }
    case "ProcessReacted":
      return isIgnored(before, event) ? { ...before, ...after } : { ...react(process, before, event), ...after }
    default:
      return { ...before, ...after }
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
  { state, unknownTypes }: Instance<State>,
  { instance, progress, trigger }: Reacted
): Pick<Instance<State>, "state" | "unknownTypes"> => {
  if (Result.isFailure(state)) return { state, unknownTypes }
  const decoded = TriggerInput.decode(process, instance, trigger)
  if (Result.isFailure(decoded)) return { state: Result.fail(decoded.failure), unknownTypes }
  const { inputs, unknownType } = decoded.success
  return {
    state: process.progress !== undefined && progress !== undefined
      ? Progress.restore(process.progress, state.success, { progress, inputs })
      : Reactor.evolve(process, state.success, decoded.success),
    unknownTypes: unknownType === undefined || unknownTypes.includes(unknownType)
      ? unknownTypes
      : [...unknownTypes, unknownType]
  }
}
