/** Simulates a saga and its environment, which handles commands in time or late and delivers events once or repeatedly. */
import * as View from "@refold/core/decide/View"
import type { EventTrigger, Outcome } from "@refold/core/process/ProcessEvent"
import type * as Saga from "@refold/core/process/Saga"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Sample from "../../kit/internal/Sample.ts"
import * as InstanceScript from "./InstanceScript.ts"
import * as ProcessRun from "./ProcessRun.ts"
import {
  Begun,
  type Data,
  type Event,
  type Make,
  sagaOf,
  type ScriptStep,
  StepDone,
  StepFailed,
  stepsOf
} from "./SagaEnvironment.ts"
import type { Action, SagaScript } from "./SagaScript.ts"

/** The effect of a command: a step that was done, or compensated. */
interface Execution {
  readonly step: number
  readonly isCompensation: boolean
}

/** A saga and its environment. */
export interface Simulation {
  readonly script: Pick<SagaScript, "attempts" | "compensationsSucceed" | "failingStep">
  readonly steps: ReadonlyArray<ScriptStep>
  readonly saga: InstanceScript.InstanceRun<Event, Saga.SagaState<Data>>
  /** The effects of the handled commands and of other programs, in order. */
  readonly executions: ReadonlyArray<Execution>
  /** The outcome of the first pending command, if it was handled and not yet answered. */
  readonly outcome: Outcome | undefined
  readonly undelivered: ReadonlyArray<Event>
  /** The steps whose events are from other programs. */
  readonly reported: ReadonlyArray<number>
}

/** A simulation in which the saga has not begun. */
export const prepare = (script: SagaScript, make: Make): Simulation => {
  const steps = stepsOf(script.steps)
  const saga = InstanceScript.start(sagaOf(steps, script.attempts, make))
  return { script, steps, saga, executions: [], outcome: undefined, undelivered: [], reported: [] }
}

/** The simulation after the event that starts the saga. */
export const begin = (simulation: Simulation): Simulation => ({
  ...simulation,
  saga: record(simulation.saga, Begun.make({}))
})

/** A simulation in which the saga has begun. */
export const start = (script: SagaScript, make: Make): Simulation => begin(prepare(script, make))

/** The simulation with another definition: its instance is loaded from its stream. */
export const deploy = (simulation: Simulation, steps: ReadonlyArray<ScriptStep>, make: Make): Simulation => {
  const { saga: { run, streams }, script } = simulation
  const process = sagaOf(steps, script.attempts, make)
  const instances = new Map(
    [...streams].map(([instance, events]) => [instance, View.fold(process.instances.decider, events)])
  )
  return { ...simulation, steps, saga: { streams, run: { ...run, process, instances } } }
}

const record = (saga: Simulation["saga"], event: Event): Simulation["saga"] =>
  InstanceScript.applyStep(saga, { _tag: "Record", stream: "far-1", event, by: undefined })

/** The pending work of the saga. */
export const pendingOf = ({ saga: { run } }: Simulation) => ProcessRun.instanceOf(run, "1").pending

/** The state of the saga. Throws if it cannot be folded. */
export const stateOf = ({ saga: { run } }: Simulation): Saga.SagaState<Data> =>
  Result.getOrThrow(ProcessRun.instanceOf(run, "1").state)

/** The simulation after an action. An action that does not apply changes nothing. */
export const applyAction = (simulation: Simulation, action: Action): Simulation => {
  const { saga } = simulation
  switch (action._tag) {
    case "Handle":
      return handle(simulation, action)
    case "Tell":
      return tell(simulation, action)
    case "Answer":
      return answer(simulation)
    case "Deliver":
      return deliver(simulation, action.which)
    case "Redeliver":
      return redeliver(simulation, action.which)
    case "AdvanceTime":
      return {
        ...simulation,
        saga: InstanceScript.applyStep(saga, { _tag: "AdvanceTime", hours: action.minutes / 60 })
      }
    case "Resume":
      return { ...simulation, saga: InstanceScript.applyStep(saga, { _tag: "Resume", which: 0 }) }
  }
}

const answer = (simulation: Simulation): Simulation => {
  const [command] = pendingOf(simulation).commands
  const { outcome, saga } = simulation
  if (command === undefined || outcome === undefined) return simulation
  const { index, sentAt } = command
  const answered = InstanceScript.deliver(saga, "1", { _tag: "Answer", sentAt, index, outcome, at: saga.run.now })
  return { ...simulation, saga: answered, outcome: undefined }
}

const deliver = (simulation: Simulation, which: number): Simulation => {
  const { saga, undelivered } = simulation
  const event = InstanceScript.pick(undelivered, which)
  return event === undefined
    ? simulation
    : { ...simulation, saga: record(saga, event), undelivered: undelivered.filter((other) => other !== event) }
}

const redeliver = (simulation: Simulation, which: number): Simulation => {
  const { saga } = simulation
  const trigger = InstanceScript.pick(eventsOf(saga), which)
  return trigger === undefined
    ? simulation
    : { ...simulation, saga: InstanceScript.deliver(saga, "1", { _tag: "Observe", trigger }) }
}

const eventsOf = ({ streams }: Simulation["saga"]): ReadonlyArray<EventTrigger> =>
  InstanceScript.triggersOf(streams.get("1") ?? []).flatMap((trigger) => trigger._tag === "Event" ? [trigger] : [])

const eventOf = (step: number, isDone: boolean): Event => isDone ? StepDone.make({ step }) : StepFailed.make({ step })

const executionsOf = ({ executions }: Simulation, step: number) => executions.filter((one) => one.step === step)

// Only a step that an event confirms, and that is neither done nor compensated.
const tell = (
  simulation: Simulation,
  { isDone, which }: Extract<Action, { readonly _tag: "Tell" }>
): Simulation => {
  const step = InstanceScript.pick(simulation.steps, which)
  if (step?.confirmedByEvent !== true) return simulation
  const { number } = step
  const { executions, reported, undelivered } = simulation
  if (reported.includes(number) || executionsOf(simulation, number).length > 0) return simulation
  return {
    ...simulation,
    reported: [...reported, number],
    undelivered: [...undelivered, eventOf(number, isDone)],
    executions: isDone ? [...executions, { step: number, isCompensation: false }] : executions
  }
}

const handle = (
  simulation: Simulation,
  { isDone, outcome }: Extract<Action, { readonly _tag: "Handle" }>
): Simulation => {
  const { executions, steps, undelivered } = simulation
  const [pending] = pendingOf(simulation).commands
  if (pending === undefined || simulation.outcome !== undefined) return simulation
  const handled = { ...simulation, outcome: InstanceScript.outcomeOf(outcome) }
  if (outcome !== "Succeeded") return handled
  const command = Result.getOrThrow(Option.getOrThrow(Sample.aggregate.commands).decode(pending.command))
  const step = command._tag === "Seal" ? 0 : command.coins
  const isCompensation = command._tag === "Take"
  // A step that another program has done is not done again.
  if (!isCompensation && simulation.reported.includes(step)) return handled
  const executed = [...executions, { step, isCompensation }]
  const isConfirmedByEvent = steps.find(({ number }) => number === step)?.confirmedByEvent === true
  if (isCompensation || !isConfirmedByEvent) return { ...handled, executions: executed }
  return {
    ...handled,
    executions: isDone ? executed : executions,
    undelivered: [...undelivered, eventOf(step, isDone)]
  }
}
