/** Sagas of every kind and what becomes of their commands, told as data. */
import * as fc from "fast-check"

/** A step: whether an event says that it is done, whether it may take an hour only, and whether it can be undone. */
export interface Shape {
  readonly isHeard: boolean
  readonly isTimed: boolean
  readonly isUndone: boolean
}

/** What happens next in the world. */
export type Move =
  /** The first command that waits is handled; the saga does not hear of it yet. `isDone` is for what an event says. */
  | { readonly _tag: "Handle"; readonly outcome: "Succeeded" | "Refused" | "Failed"; readonly isDone: boolean }
  /** It hears of it. */
  | { readonly _tag: "Answer" }
  /** It hears of one of the events that are on their way, or once more of an earlier one. */
  | { readonly _tag: "Hear" | "Again"; readonly which: number }
  | { readonly _tag: "Pass"; readonly minutes: number }
  | { readonly _tag: "Resume" }

/** A saga, and the world. */
export interface Story {
  readonly steps: ReadonlyArray<Shape>
  readonly attempts: number
  readonly moves: ReadonlyArray<Move>
  /** When all moves are made, this step fails, where there is one; the others are done. */
  readonly fails: number
  /** Whether compensations succeed in the end. */
  readonly endsWell: boolean
}

const which = fc.nat(3)

// For the most part all goes well until the last step fails: else few sagas had two steps to undo.
const often = fc.constantFrom(true, true, true, false)

const anyMove: fc.Arbitrary<Move> = fc.oneof(
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
  { weight: 4, arbitrary: fc.record({ _tag: fc.constantFrom("Hear" as const, "Again" as const), which }) },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Pass" as const), minutes: fc.constantFrom(1, 30, 60, 600) }) },
  { weight: 1, arbitrary: fc.constant({ _tag: "Resume" as const }) }
)

const done: Move = { _tag: "Handle", outcome: "Succeeded", isDone: true }

// What seldom comes together by chance: a step is done, at once or too late.
const soon: ReadonlyArray<Move> = [done, { _tag: "Answer" }, { _tag: "Hear", which: 0 }]
const late: ReadonlyArray<Move> = [done, { _tag: "Pass", minutes: 60 }]

const moves: fc.Arbitrary<ReadonlyArray<Move>> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: anyMove.map((move) => [move]) },
    { weight: 1, arbitrary: fc.constantFrom(soon, late) }
  ),
  { maxLength: 10 }
).map((parts) => parts.flat())

const shape: fc.Arbitrary<Shape> = fc.record({ isHeard: fc.boolean(), isTimed: fc.boolean(), isUndone: often })

const steps = (minLength: number) => fc.array(shape, { minLength, maxLength: 4, size: "max" })

/** Sagas of one to four steps, most of them long, and all that may become of them. */
export const story: fc.Arbitrary<Story> = fc.record({
  steps: fc.oneof(steps(1), steps(3)),
  attempts: fc.integer({ min: 1, max: 3 }),
  moves,
  fails: fc.oneof(fc.constant(undefined), fc.nat(4)),
  endsWell: often
}).map(({ fails, ...story }) => ({ ...story, fails: fails ?? story.steps.length - 1 }))
