/** Sagas described as data, and the actions on their commands and events. */
import * as fc from "fast-check"

/** A step of a saga. */
export interface StepShape {
  /** Whether an event, rather than the answer to its command, confirms the step. */
  readonly confirmedByEvent: boolean
  /** Whether it has a timeout, of one hour. */
  readonly hasTimeout: boolean
  readonly hasCompensation: boolean
  /** Whether it is compensated when it times out, if it has a timeout and a compensation. */
  readonly compensatesOnTimeout: boolean
}

/** One action in the environment of a saga. */
export type Action =
  /** Handles the first pending command; the saga gets no answer yet. `isDone` is the content of the confirming event. */
  | { readonly _tag: "Handle"; readonly outcome: "Succeeded" | "Refused" | "Failed"; readonly isDone: boolean }
  /** Another program does or fails a step, whether the step has begun or not; `which` is the number of the step. */
  | { readonly _tag: "Tell"; readonly which: number; readonly isDone: boolean }
  /** Delivers the answer to the handled command. */
  | { readonly _tag: "Answer" }
  /** Delivers an undelivered event, or delivers an earlier event again. */
  | { readonly _tag: "Deliver" | "Redeliver"; readonly which: number }
  | { readonly _tag: "AdvanceTime"; readonly minutes: number }
  | { readonly _tag: "Resume" }

/** A saga, and the actions on it. */
export interface SagaScript {
  readonly steps: ReadonlyArray<StepShape>
  /** The attempts of each compensation. */
  readonly attempts: number
  readonly actions: ReadonlyArray<Action>
  /** The step that fails after all actions, if it exists; the other steps succeed. */
  readonly failingStep: number
  /** Whether compensations succeed after all actions. */
  readonly compensationsSucceed: boolean
}

const which = fc.nat(3)

// Most steps succeed until the last one fails: otherwise few sagas have two steps to compensate.
const often = fc.constantFrom(true, true, true, false)

const anyAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      _tag: fc.constant("Handle" as const),
      outcome: fc.oneof(
        { weight: 4, arbitrary: fc.constant("Succeeded" as const) },
        { weight: 1, arbitrary: fc.constantFrom("Refused" as const, "Failed" as const) }
      ),
      isDone: often
    })
  },
  { weight: 6, arbitrary: fc.constant({ _tag: "Answer" as const }) },
  { weight: 4, arbitrary: fc.record({ _tag: fc.constantFrom("Deliver" as const, "Redeliver" as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ _tag: fc.constant("AdvanceTime" as const), minutes: fc.constantFrom(1, 30, 60, 600) })
  },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Tell" as const), which, isDone: often }) },
  { weight: 1, arbitrary: fc.constant({ _tag: "Resume" as const }) }
)

const done: Action = { _tag: "Handle", outcome: "Succeeded", isDone: true }

// Sequences that are rare by chance: a step is done, in time or too late.
const inTime: ReadonlyArray<Action> = [done, { _tag: "Answer" }, { _tag: "Deliver", which: 0 }]
const late: ReadonlyArray<Action> = [done, { _tag: "AdvanceTime", minutes: 60 }]

const actions: fc.Arbitrary<ReadonlyArray<Action>> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: anyAction.map((action) => [action]) },
    { weight: 1, arbitrary: fc.constantFrom(inTime, late) }
  ),
  { maxLength: 10 }
).map((parts) => parts.flat())

/** Steps of every shape. */
export const shape: fc.Arbitrary<StepShape> = fc.record({
  confirmedByEvent: fc.boolean(),
  hasTimeout: fc.boolean(),
  hasCompensation: often,
  compensatesOnTimeout: fc.boolean()
})

const steps = (minLength: number) => fc.array(shape, { minLength, maxLength: 4, size: "max" })

/** Sagas of one to four steps, most of them with three or four, and up to ten actions or sequences of actions. */
export const arbitrary: fc.Arbitrary<SagaScript> = fc.record({
  steps: fc.oneof(steps(1), steps(3)),
  attempts: fc.integer({ min: 1, max: 3 }),
  actions,
  failingStep: fc.oneof(fc.constant(undefined), fc.nat(4)),
  compensationsSucceed: often
}).map(({ failingStep, ...script }) => ({ ...script, failingStep: failingStep ?? script.steps.length - 1 }))
