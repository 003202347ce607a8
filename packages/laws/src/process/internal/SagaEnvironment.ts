/** The sagas of the laws: their events, their steps as data, and the definitions made of them. */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Process from "@refold/core/process/Process"
import type * as Saga from "@refold/core/process/Saga"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Sample from "../../kit/internal/Sample.ts"
import type { StepShape } from "./SagaScript.ts"

// These events are never stored.
export const Begun = EventType.make("Begun", Schema.Struct({}))
export const StepDone = EventType.make("StepDone", Schema.Struct({ step: Schema.Int }))
export const StepFailed = EventType.make("StepFailed", Schema.Struct({ step: Schema.Int }))

/** The events that the sagas observe. */
export type Event = typeof Begun.Event | typeof StepDone.Event | typeof StepFailed.Event

/** The data of a saga: none. */
export type Data = Readonly<Record<string, never>>

const codec = EventCodec.makeUnsafe([Begun, StepDone, StepFailed])

/** A function like `Saga.makeUnsafe`. */
export type Make = (definition: Saga.Definition<Event, Data>) => Saga.Saga<Event, Data>

/** A step, with a number that a change of its name does not change. */
export interface ScriptStep extends StepShape {
  readonly number: number
  readonly name: string
  readonly formerNames?: ReadonlyArray<string>
  readonly retired?: boolean
}

/** Steps with these shapes, in this order. */
export const stepsOf = (shapes: ReadonlyArray<StepShape>): ReadonlyArray<ScriptStep> =>
  shapes.map((shape, number) => ({ ...shape, number, name: `step ${number}` }))

/** Whether a step is compensated when it times out. */
export const isCompensatedOnTimeout = (
  { compensatesOnTimeout, hasCompensation, hasTimeout }: StepShape
): boolean => compensatesOnTimeout && hasCompensation && hasTimeout

/** The saga of these steps. The coins of its commands are the number of the step. */
export const sagaOf = (steps: ReadonlyArray<ScriptStep>, attempts: number, make: Make): Saga.Saga<Event, Data> => {
  const [first, ...rest] = steps.map(stepOf)
  return make({
    name: "saga",
    events: codec,
    targets: [Sample.aggregate],
    start: (event) => event._tag === "Begun" ? Option.some({ id: "1", data: {} }) : Option.none(),
    startOn: ["StepDone", "StepFailed"],
    correlate: () => Option.some("1"),
    // A script has at least one step.
    steps: [first!, ...rest],
    compensation: { attempts }
  })
}

const stepOf = (step: ScriptStep): Saga.Step<Event, Data> => {
  const { confirmedByEvent, formerNames, hasCompensation, hasTimeout, name, number, retired } = step
  return {
    name,
    formerNames,
    retired,
    command: () => Process.send(Sample.aggregate, "1", { _tag: "Add", coins: number, notes: [] }),
    compensate: hasCompensation
      ? () => Process.send(Sample.aggregate, "1", { _tag: "Take", coins: number })
      : undefined,
    compensateOnTimeout: isCompensatedOnTimeout(step),
    timeout: hasTimeout ? "1 hour" : undefined,
    succeededOn: confirmedByEvent ? (event) => event._tag === "StepDone" && event.step === number : undefined,
    failedOn: confirmedByEvent ? (event) => event._tag === "StepFailed" && event.step === number : undefined
  }
}
