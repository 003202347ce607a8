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

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      _tag: fc.constant("Handle" as const),
      outcome: fc.constantFrom(...["Succeeded", "Succeeded", "Succeeded", "Refused", "Failed"] as const),
      isDone: fc.boolean()
    })
  },
  { weight: 6, arbitrary: fc.constant({ _tag: "Answer" as const }) },
  { weight: 4, arbitrary: fc.record({ _tag: fc.constantFrom("Hear" as const, "Again" as const), which }) },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Pass" as const), minutes: fc.constantFrom(1, 30, 60, 600) }) },
  { weight: 1, arbitrary: fc.constant({ _tag: "Resume" as const }) }
)

const shape: fc.Arbitrary<Shape> = fc.record({ isHeard: fc.boolean(), isTimed: fc.boolean(), isUndone: fc.boolean() })

/** Sagas of one to four steps, and all that may become of them. */
export const story: fc.Arbitrary<Story> = fc.record({
  steps: fc.array(shape, { minLength: 1, maxLength: 4 }),
  attempts: fc.integer({ min: 1, max: 3 }),
  moves: fc.array(anyMove, { maxLength: 30 }),
  fails: fc.nat(6),
  endsWell: fc.boolean()
})
