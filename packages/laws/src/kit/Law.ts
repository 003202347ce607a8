/**
 * A law says that two things are equal, whatever the input. It is a pure function that returns both of them, so that a
 * broken one can be shown and not only reported; its name is a sentence, and is what the report prints.
 */
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as fc from "fast-check"
import { mismatch } from "./internal/Mismatch.ts"

/** What a law says is equal, by Effect's structural equality. */
export interface Sides {
  readonly left: unknown
  readonly right: unknown
}

/** A statement about every `Input`; `R` are the services that it is about. A failing effect breaks the law. */
export interface Law<Input, R = never> {
  /** A sentence. */
  readonly name: string
  readonly sides: (input: Input) => Sides | Effect.Effect<Sides, unknown, R>
}

/** A law. */
export const make = <Input, R = never>(name: string, sides: Law<Input, R>["sides"]): Law<Input, R> => ({ name, sides })

/** How a law is checked. */
export interface CheckOptions<R> {
  /** Runs the effect of one input, with the services that the law is about; `Effect.runPromise` where it needs none. */
  readonly run: (effect: Effect.Effect<Sides, unknown, R>) => Promise<Sides>
  /** How many inputs to try, 200 by default. */
  readonly runs?: number | undefined
  /** Whether to look for a smaller input once one has broken the law; true by default. */
  readonly shrink?: boolean | undefined
  /** The seed of a broken verdict, to run its inputs again; with its path too, only its counterexample. */
  readonly replay?: { readonly seed: number; readonly path?: string } | undefined
}

/** The law held for this many inputs. */
export interface Holds {
  readonly _tag: "Holds"
  readonly law: string
  readonly runs: number
}

/** The smallest input found for which the sides differ. */
export interface Broken {
  readonly _tag: "Broken"
  readonly law: string
  readonly counterexample: unknown
  readonly left: unknown
  readonly right: unknown
  readonly seed: number
  readonly path: string
}

/** What checking a law came to. */
export type Verdict = Holds | Broken

/** One input may take this long; then it counts as stuck and breaks the law. For what hangs only. */
const patience = "60 seconds"

/** Tries a law on generated inputs, and shrinks an input that breaks it. */
export const check = async <Input, R>(
  law: Law<Input, R>,
  arbitrary: fc.Arbitrary<Input>,
  { replay, run, runs = 200, shrink = true }: CheckOptions<R>
): Promise<Verdict> => {
  // The last input to fail is the smallest that was found.
  let broken: Sides = { left: undefined, right: undefined }
  const property = fc.asyncProperty(arbitrary, async (input) => {
    const sides = await evaluate(law, input, run)
    if (Equal.equals(sides.left, sides.right)) return true
    broken = sides
    return false
  })
  const details = await fc.check(property, { numRuns: runs, endOnFailure: !shrink, ...replay })
  if (!details.failed) return { _tag: "Holds", law: law.name, runs: details.numRuns }
  const { counterexample, counterexamplePath, seed } = details
  return {
    _tag: "Broken",
    law: law.name,
    counterexample: counterexample?.[0],
    ...broken,
    seed,
    path: counterexamplePath ?? ""
  }
}

const evaluate = async <Input, R>(law: Law<Input, R>, input: Input, run: CheckOptions<R>["run"]): Promise<Sides> => {
  try {
    const sides = law.sides(input)
    return await (Effect.isEffect(sides) ? run(Effect.timeout(sides, patience)) : sides)
  } catch (error) {
    return { left: { failedWith: error }, right: "two equal sides" }
  }
}

/** Returns where the law held; else throws an assertion error with the law's name, the counterexample and both sides. */
export const assertHolds = (verdict: Verdict): void => {
  if (verdict._tag === "Holds") return
  const { counterexample, law, left, path, right, seed } = verdict
  const replay = `replay: { seed: ${seed}, path: "${path}" }`
  throw mismatch(`broken law: ${law}\n${replay}\ncounterexample: ${fc.stringify(counterexample)}`, {
    actual: left,
    expected: right
  })
}

/** A law with its inputs: what a suite is a list of. */
export interface Property<R> {
  /** The law's name. */
  readonly law: string
  readonly check: (options: CheckOptions<R>) => Promise<Verdict>
}

/** The law over these inputs. */
export const over = <Input, R>(law: Law<Input, R>, arbitrary: fc.Arbitrary<Input>): Property<R> => ({
  law: law.name,
  check: (options) => check(law, arbitrary, options)
})
