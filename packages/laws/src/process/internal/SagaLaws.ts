/** What every saga promises: at the end all of it is done, or none of what can be undone, or it says what is left. */
import * as Saga from "@refold/core/process/Saga"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as ProcessRun from "./ProcessRun.ts"
import type * as SagaStory from "./SagaStory.ts"
import * as SagaWorld from "./SagaWorld.ts"

const told = (story: SagaStory.Story, make: SagaWorld.Make): SagaWorld.World =>
  SagaWorld.settle(story.moves.reduce(SagaWorld.move, SagaWorld.begin(story, make)))

const stateOf = ({ life: { run } }: SagaWorld.World): Saga.SagaState<SagaWorld.Data> =>
  Result.getOrThrow(ProcessRun.instanceOf(run, "1").state)

const inOrder = (steps: ReadonlyArray<number>): ReadonlyArray<number> => steps.toSorted((one, two) => one - two)

const stepsOf = ({ deeds }: SagaWorld.World, wanted: { readonly isUndo: boolean }): ReadonlyArray<number> =>
  deeds.flatMap(({ isUndo, step }) => isUndo === wanted.isUndo ? [step] : [])

// Each deed counts, so that one done twice is not made good by one that is undone twice.
const left = (world: SagaWorld.World): ReadonlyArray<number> =>
  stepsOf(world, { isUndo: true }).reduce(
    (steps, undone) => steps.toSpliced(steps.indexOf(undone), steps.includes(undone) ? 1 : 0),
    stepsOf(world, { isUndo: false })
  )

/** The world is at rest: every command is answered, every event heard, every timeout over. */
export const allOrNothing = (make: SagaWorld.Make = Saga.makeUnsafe) =>
  Law.make<SagaStory.Story>(
    "a saga that is over has done all, or nothing that can be undone, or says what is left",
    (story) => {
      const world = told(story, make)
      const state = stateOf(world)
      return { left: [state.status, inOrder(left(world))], right: [state.status, expected(story, world, state)] }
    }
  )

const expected = (
  { steps }: SagaStory.Story,
  world: SagaWorld.World,
  state: Saga.SagaState<SagaWorld.Data>
): ReadonlyArray<number> | string => {
  switch (state.status) {
    case "Succeeded":
      return steps.map((_, step) => step)
    case "Compensated":
      return inOrder(left(world).filter((step) => !steps[step]!.isUndone))
    case "CompensationFailed":
      return inOrder(state.completed)
    default:
      return "no such status at the end"
  }
}

/**
 * But for a step that was given up, and done after all: that is undone as soon as it is known. What was never done is not
 * undone.
 */
export const undoneInReverse = (make: SagaWorld.Make = Saga.makeUnsafe) =>
  Law.make<SagaStory.Story>("the steps of a saga are undone once each, in the reverse of their order", (story) => {
    const world = told(story, make)
    const state = stateOf(world)
    const givenUp = state.status === "NotStarted" ? undefined : state.step
    const undone = stepsOf(world, { isUndo: true })
    const done = new Set(inOrder(stepsOf(world, { isUndo: false })))
    const split = (steps: ReadonlyArray<number>) => ({
      inTime: steps.filter((step) => step !== givenUp),
      late: steps.filter((step) => step === givenUp)
    })
    return { left: split(undone), right: split([...done].filter((step) => undone.includes(step)).toReversed()) }
  })
