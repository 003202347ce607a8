/**
 * A law states that two values are equal for every input. It is a pure function that returns both values, so that a
 * report can show them; its name is a sentence, which the report prints.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as fc from "fast-check"
import { assertionError } from "./internal/AssertionError.ts"

/** The two values that a law compares, by Effect's structural equality. */
export interface Sides {
  readonly left: unknown
  readonly right: unknown
}

/** A statement about every `Input`. `R` are the services under test. An effect that fails or throws breaks the law. */
export interface Law<Input, R = never> {
  /** A sentence in the present tense, unique within its module. */
  readonly name: string
  readonly sides: (input: Input) => Sides | Effect.Effect<Sides, unknown, R>
}

/** Makes a law from its name and the function that computes its two sides. */
export const make = <Input, R = never>(name: string, sides: Law<Input, R>["sides"]): Law<Input, R> => ({ name, sides })

/** The options of a check. */
export interface CheckOptions<R> {
  /** Runs the effect of one input with the services under test; `Effect.runPromise` if the law needs none. */
  readonly run: (effect: Effect.Effect<Sides, unknown, R>) => Promise<Sides>
  /** The number of inputs to try; `defaultRuns` by default. */
  readonly runs?: number | undefined
  /** Whether to search for a smaller input after one has broken the law; true by default. */
  readonly shrink?: boolean | undefined
  /** The seed of a `Broken` verdict, to try its inputs again; with its path as well, only its counterexample. */
  readonly replay?: { readonly seed: number; readonly path?: string } | undefined
  /** The timeout of an input, after which it counts as one that breaks the law; 3 minutes by default. For hangs only. */
  readonly inputTimeout?: Duration.Input | undefined
}

/** The number of inputs that a law is tried on by default. */
export const defaultRuns = 100

/** The law held for this many inputs. */
export interface Holds {
  readonly _tag: "Holds"
  readonly law: string
  readonly runs: number
}

/** The law does not hold: the smallest input found for which the sides differ, both sides, and the seed and path that replay them. */
export interface Broken {
  readonly _tag: "Broken"
  readonly law: string
  readonly counterexample: unknown
  readonly left: unknown
  readonly right: unknown
  readonly seed: number
  readonly path: string
}

/** The result of checking a law. */
export type Verdict = Holds | Broken

// An input takes milliseconds in memory; the rest is for databases on machines with other work to do.
const defaultTimeout = "3 minutes"

/** Tries a law on generated inputs, and shrinks an input that breaks it. Never rejects: a failure is a verdict. */
export const check = async <Input, R>(
  law: Law<Input, R>,
  arbitrary: fc.Arbitrary<Input>,
  { inputTimeout = defaultTimeout, replay, run, runs = defaultRuns, shrink = true }: CheckOptions<R>
): Promise<Verdict> => {
  // The last input to fail is the smallest that was found.
  let broken: Sides = { left: undefined, right: undefined }
  const property = fc.asyncProperty(arbitrary, async (input) => {
    const sides = await evaluate(law, input, (sides) => run(Effect.timeout(sides, inputTimeout)))
    if (Equal.equals(sides.left, sides.right)) return true
    broken = sides
    return false
  })
  const details = await fc.check(property, { numRuns: runs, endOnFailure: !shrink, ...replay })
  if (!details.failed) return { _tag: "Holds", law: law.name, runs: details.numRuns }
  const counterexample = details.counterexample?.[0]
  const { counterexamplePath, seed } = details
  return { _tag: "Broken", law: law.name, counterexample, ...broken, seed, path: counterexamplePath ?? "" }
}

const evaluate = async <Input, R>(law: Law<Input, R>, input: Input, run: CheckOptions<R>["run"]): Promise<Sides> => {
  try {
    const sides = law.sides(input)
    return await (Effect.isEffect(sides) ? run(sides) : sides)
  } catch (error) {
    return { left: { failedWith: error }, right: "two equal sides" }
  }
}

/**
 * Throws an assertion error unless the law held. Its message names the law, the counterexample, and the `REFOLD_SEED`
 * under which suites try the same inputs again; `actual` and `expected` are the two sides.
 */
export const assertHolds = (verdict: Verdict): void => {
  if (verdict._tag === "Holds") return
  const { counterexample, law, left, path, right, seed } = verdict
  const replay = `replay: REFOLD_SEED=${seed}, or the option replay: { seed: ${seed}, path: "${path}" }`
  throw assertionError(`broken law: ${law}\n${replay}\ncounterexample: ${fc.stringify(counterexample)}`, {
    actual: left,
    expected: right
  })
}

/** A law with its inputs. A suite is a list of these. */
export interface Property<R> {
  /** The law's name. */
  readonly law: string
  readonly check: (options: CheckOptions<R>) => Promise<Verdict>
}

/**
 * The property that a law holds for the inputs of an arbitrary. The number of inputs is divided by `cost`, for laws whose
 * inputs take longer than those of others; 1 by default.
 */
export const over = <Input, R>(
  law: Law<Input, R>,
  arbitrary: fc.Arbitrary<Input>,
  { cost = 1 }: { readonly cost?: number | undefined } = {}
): Property<R> => ({
  law: law.name,
  check: (options) => check(law, arbitrary, { ...options, runs: Math.ceil((options.runs ?? defaultRuns) / cost) })
})
