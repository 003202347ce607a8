/**
 * Binds laws to Vitest: each property of a suite becomes one test, named for its law. A failing test prints the seed of
 * its inputs; the environment variable REFOLD_SEED takes one and replays them.
 */
// Titles are the names of suites and laws, and `assertHolds` is the assertion.
/* oxlint-disable vitest/valid-title, vitest/expect-expect */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { afterAll, beforeAll, describe, it } from "vitest"
import * as Law from "./Law.ts"

/** The options of a suite. */
export interface Options {
  /**
   * The number of inputs that each law is tried on: 100 by default for pure functions, 25 for services. The environment
   * variable REFOLD_RUNS overrides it.
   */
  readonly runs?: number | undefined
}

// Inputs of laws about services take ten times as long as others.
const defaultServiceRuns = 25

/** The timeout of a law for each 200 inputs, and of starting and stopping services, in milliseconds. It is for hangs only. */
export const timeout = 600_000

/** Tests laws about pure functions. */
export const pure = (name: string, properties: ReadonlyArray<Law.Property<never>>, { runs }: Options = {}): void => {
  describe(name, () => {
    register(properties, { runs, run: Effect.runPromise })
  })
}

/** Tests laws about services. The layer is built once, before the first law, and released after the last. */
export const layer = <R, E>(
  name: string,
  services: Layer.Layer<R, E>,
  properties: ReadonlyArray<Law.Property<R>>,
  { runs = defaultServiceRuns }: Options = {}
): void => {
  describe(name, () => {
    const runtime = ManagedRuntime.make(services)
    beforeAll(() => runtime.context(), timeout)
    afterAll(() => runtime.dispose(), timeout)
    register(properties, { runs, run: runtime.runPromise })
  })
}

/** The services of an adapter, under the adapter's name. */
export type NamedServices<R, E = unknown> = readonly [name: string, services: Effect.Effect<Context.Context<R>, E>]

/** Tests one law over several services, given as layers under a name each. The layers are built when it runs first. */
export const across = <R, E>(
  name: string,
  adapters: ReadonlyArray<readonly [name: string, layer: Layer.Layer<R, E>]>,
  property: (stores: ReadonlyArray<NamedServices<R, E>>) => Law.Property<never>,
  { runs = defaultServiceRuns }: Options = {}
): void => {
  describe(name, () => {
    const runtimes = adapters.map(([name, layer]) => [name, ManagedRuntime.make(layer)] as const)
    afterAll(() => Promise.all(runtimes.map(([, runtime]) => runtime.dispose())), timeout)
    const stores = runtimes.map(([name, { contextEffect }]) => [name, contextEffect] as const)
    register([property(stores)], { runs, run: Effect.runPromise })
  })
}

/** Registers one test for each property with Vitest, within the current `describe`. */
export const register = <R>(properties: ReadonlyArray<Law.Property<R>>, options: Law.CheckOptions<R>): void => {
  for (const property of properties) {
    it(property.law, async () => {
      Law.assertHolds(await property.check(withEnvironment(options)))
    }, timeout * Math.ceil((withEnvironment(options).runs ?? 1) / 200))
  }
}

const withEnvironment = <R>(options: Law.CheckOptions<R>): Law.CheckOptions<R> => {
  const seed = fromEnvironment("REFOLD_SEED")
  return {
    ...options,
    runs: fromEnvironment("REFOLD_RUNS") ?? options.runs,
    replay: options.replay ?? (seed === undefined ? undefined : { seed })
  }
}

// The seeds that fast-check prints may be negative.
const fromEnvironment = (name: "REFOLD_RUNS" | "REFOLD_SEED"): number | undefined => {
  const text = globalThis.process?.env[name] ?? ""
  return (name === "REFOLD_SEED" ? /^-?\d{1,10}$/ : /^[1-9]\d{0,8}$/).test(text) ? Number(text) : undefined
}
