/** Changes of a saga's definition while the saga runs. */
import * as fc from "fast-check"
import type { ScriptStep } from "./SagaEnvironment.ts"
import * as SagaScript from "./SagaScript.ts"

/** One change. `which` is the number of a step, and `place` an index among the steps, modulo their number. */
export type Change =
  | { readonly _tag: "Add"; readonly place: number; readonly shape: SagaScript.StepShape }
  | { readonly _tag: "Remove" | "Retire" | "Rename"; readonly which: number }
  | { readonly _tag: "Move"; readonly which: number; readonly place: number }

/** A saga, and a change of its definition after some of its actions. */
export interface ChangedScript {
  readonly script: SagaScript.SagaScript
  /** The number of actions before the change. */
  readonly after: number
  readonly change: Change
}

/** The number of an added step. */
export const added = 9

/** The steps after a change. The only step is neither removed nor retired. */
export const apply = (steps: ReadonlyArray<ScriptStep>, change: Change): ReadonlyArray<ScriptStep> => {
  switch (change._tag) {
    case "Add":
      return steps.toSpliced(change.place % (steps.length + 1), 0, { ...change.shape, number: added, name: "added" })
    case "Remove":
      return steps.length === 1 ? steps : steps.toSpliced(change.which % steps.length, 1)
    case "Retire":
      return steps.length === 1 ? steps : changeStep(steps, change.which, (step) => ({ ...step, retired: true }))
    case "Rename":
      return changeStep(steps, change.which, (step) => ({ ...step, name: "renamed", formerNames: [step.name] }))
    case "Move": {
      const from = change.which % steps.length
      return steps.toSpliced(from, 1).toSpliced(change.place % steps.length, 0, steps[from]!)
    }
  }
}

/** Whether a change has added the last of these steps. */
export const addsLast = ({ _tag }: Change, steps: ReadonlyArray<ScriptStep>): boolean =>
  _tag === "Add" && steps.at(-1)?.number === added

const changeStep = (steps: ReadonlyArray<ScriptStep>, which: number, edit: (step: ScriptStep) => ScriptStep) =>
  steps.map((step, index) => index === which % steps.length ? edit(step) : step)

const index = fc.nat(4)

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ _tag: fc.constant("Add" as const), place: index, shape: SagaScript.shape }),
  fc.record({ _tag: fc.constantFrom("Remove" as const, "Retire" as const, "Rename" as const), which: index }),
  fc.record({ _tag: fc.constant("Move" as const), which: index, place: index })
)

/** Sagas whose definition changes once. */
export const arbitrary: fc.Arbitrary<ChangedScript> = fc.record({
  script: SagaScript.arbitrary,
  after: fc.nat(12),
  change
})
