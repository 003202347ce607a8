/** Binds laws to Vitest: each property of a suite becomes one test, named for its law. */
// Titles are the names of suites and laws, and `assertHolds` is the assertion.
/* oxlint-disable vitest/valid-title, vitest/expect-expect */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, beforeAll, describe, it } from "vitest"
import * as Law from "./Law.ts"

/** How thorough a suite is. */
export interface Options {
  /**
   * How many inputs each law is tried on. The environment variable REFOLD_RUNS overrides it; REFOLD_SEED is the seed of
   * the inputs, else each run has a new one. A broken law says which seed it had.
   */
  readonly runs?: number | undefined
}

/** In milliseconds: the time limit of a law on each 200 inputs, for what hangs only. */
export const patience = 600_000

/** A suite of laws about pure functions. */
export const pure = (name: string, properties: ReadonlyArray<Law.Property<never>>, { runs }: Options = {}): void => {
  describe(name, () => {
    register(properties, { runs, run: Effect.runPromise })
  })
}

/** A suite of laws about services. The layer is built once, and released at the end. */
export const layer = <R, E>(
  name: string,
  services: Layer.Layer<R, E>,
  properties: ReadonlyArray<Law.Property<R>>,
  { runs = 50 }: Options = {}
): void => {
  describe(name, () => {
    const runtime = ManagedRuntime.make(services)
    beforeAll(() => runtime.context(), patience)
    afterAll(() => runtime.dispose(), patience)
    register(properties, { runs, run: runtime.runPromise })
  })
}

/** One test for each property. */
export const register = <R>(properties: ReadonlyArray<Law.Property<R>>, options: Law.CheckOptions<R>): void => {
  for (const property of properties) {
    it(property.law, async () => {
      Law.assertHolds(await property.check(withEnvironment(options)))
    }, patience * Math.ceil((withEnvironment(options).runs ?? 1) / 200))
  }
}

const withEnvironment = <R>(options: Law.CheckOptions<R>): Law.CheckOptions<R> => {
  const seed = ofEnvironment("REFOLD_SEED")
  return {
    ...options,
    runs: ofEnvironment("REFOLD_RUNS") ?? options.runs,
    replay: options.replay ?? (seed === undefined ? undefined : { seed })
  }
}

const ofEnvironment = (name: "REFOLD_RUNS" | "REFOLD_SEED"): number | undefined => {
  const text = globalThis.process?.env[name] ?? ""
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined
}
