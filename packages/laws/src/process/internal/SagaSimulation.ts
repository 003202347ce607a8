/** Simulates a saga and its environment, which handles commands in time or late and delivers events once or repeatedly. */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Process from "@refold/core/process/Process"
import type { EventTrigger, Outcome } from "@refold/core/process/ProcessEvent"
import type * as Saga from "@refold/core/process/Saga"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Sample from "../../kit/internal/Sample.ts"
import * as InstanceScript from "./InstanceScript.ts"
import * as ProcessRun from "./ProcessRun.ts"
import type { Action, SagaScript, StepShape } from "./SagaScript.ts"

// These events are never stored.
const Begun = EventType.make("Begun", Schema.Struct({}))
const StepDone = EventType.make("StepDone", Schema.Struct({ step: Schema.Int }))
const StepFailed = EventType.make("StepFailed", Schema.Struct({ step: Schema.Int }))

/** The events that the sagas observe. */
export type Event = typeof Begun.Event | typeof StepDone.Event | typeof StepFailed.Event

/** The data of a saga: none. */
export type Data = Readonly<Record<string, never>>

const codec = EventCodec.makeUnsafe([Begun, StepDone, StepFailed])

/** A function like `Saga.makeUnsafe`. */
export type Make = (definition: Saga.Definition<Event, Data>) => Saga.Saga<Event, Data>

const nameOf = (step: number): string => `step ${step}`

/** The saga of a script. The coins of its commands are the number of the step. */
const sagaOf = ({ attempts, steps: [first, ...rest] }: SagaScript, make: Make): Saga.Saga<Event, Data> =>
  make({
    name: "saga",
    events: codec,
    targets: [Sample.aggregate],
    start: (event) => event._tag === "Begun" ? Option.some({ id: "1", data: {} }) : Option.none(),
    correlate: () => Option.some("1"),
    // A script has at least one step.
    steps: [stepOf(first!, 0), ...rest.map((shape, index) => stepOf(shape, index + 1))],
    compensation: { attempts }
  })

const stepOf = (
  { confirmedByEvent, hasCompensation, hasTimeout }: StepShape,
  step: number
): Saga.Step<Event, Data> => ({
  name: nameOf(step),
  command: () => Process.send(Sample.aggregate, "1", { _tag: "Add", coins: step, notes: [] }),
  compensate: hasCompensation ? () => Process.send(Sample.aggregate, "1", { _tag: "Take", coins: step }) : undefined,
  timeout: hasTimeout ? "1 hour" : undefined,
  succeededOn: confirmedByEvent ? (event) => event._tag === "StepDone" && event.step === step : undefined,
  failedOn: confirmedByEvent ? (event) => event._tag === "StepFailed" && event.step === step : undefined
})

/** The effect of a command: a step that was done, or compensated. */
interface Execution {
  readonly step: number
  readonly isCompensation: boolean
}

/** A saga and its environment. */
export interface Simulation {
  readonly script: SagaScript
  readonly saga: InstanceScript.InstanceRun<Event, Saga.SagaState<Data>>
  /** The effects of the handled commands, in order. */
  readonly executions: ReadonlyArray<Execution>
  /** The outcome of the first pending command, if it was handled and not yet answered. */
  readonly outcome: Outcome | undefined
  readonly undelivered: ReadonlyArray<Event>
}

/** A simulation in which the saga has begun. */
export const start = (script: SagaScript, make: Make): Simulation => ({
  script,
  saga: record(InstanceScript.start(sagaOf(script, make)), Begun.make({})),
  executions: [],
  outcome: undefined,
  undelivered: []
})

const record = (saga: Simulation["saga"], event: Event): Simulation["saga"] =>
  InstanceScript.applyStep(saga, { _tag: "Record", stream: "far-1", event, by: undefined })

const pendingOf = ({ saga: { run } }: Simulation) => ProcessRun.instanceOf(run, "1").pending

/** The simulation after an action. An action that does not apply changes nothing. */
export const applyAction = (simulation: Simulation, action: Action): Simulation => {
  const { saga } = simulation
  switch (action._tag) {
    case "Handle":
      return handle(simulation, action)
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

const handle = (
  simulation: Simulation,
  { isDone, outcome }: Extract<Action, { readonly _tag: "Handle" }>
): Simulation => {
  const { executions, script, undelivered } = simulation
  const [pending] = pendingOf(simulation).commands
  if (pending === undefined || simulation.outcome !== undefined) return simulation
  const handled = { ...simulation, outcome: InstanceScript.outcomeOf(outcome) }
  if (outcome !== "Succeeded") return handled
  const command = Result.getOrThrow(Option.getOrThrow(Sample.aggregate.commands).decode(pending.command))
  const step = command._tag === "Seal" ? 0 : command.coins
  const isCompensation = command._tag === "Take"
  const executed = [...executions, { step, isCompensation }]
  if (isCompensation || !script.steps[step]!.confirmedByEvent) return { ...handled, executions: executed }
  const event = isDone ? StepDone.make({ step }) : StepFailed.make({ step })
  return { ...handled, executions: isDone ? executed : executions, undelivered: [...undelivered, event] }
}

/** Runs a simulation until nothing is pending or undelivered. Throws if it does not end. */
export const runToCompletion = (simulation: Simulation): Simulation => {
  let current = simulation
  for (let n = 0; n < 500; n++) {
    const action = nextAction(current)
    if (action === undefined) return current
    current = applyAction(current, action)
  }
  throw new Error("the saga does not end")
}

const nextAction = (simulation: Simulation): Action | undefined => {
  const { commands: [command], timeouts } = pendingOf(simulation)
  const { compensationsSucceed, failingStep } = simulation.script
  if (simulation.undelivered.length > 0) return { _tag: "Deliver", which: 0 }
  if (simulation.outcome !== undefined) return { _tag: "Answer" }
  if (command !== undefined) {
    const isCompensation = command.label.startsWith("undo")
    const succeeds = isCompensation ? compensationsSucceed : command.label !== nameOf(failingStep)
    return { _tag: "Handle", outcome: succeeds ? "Succeeded" : "Refused", isDone: true }
  }
  return timeouts.length > 0 ? { _tag: "AdvanceTime", minutes: 600 } : undefined
}
