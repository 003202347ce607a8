/**
 * Loads the config file. TypeScript is compiled by jiti on every version of Node, so that a config means the same on all of them;
 * packages that it imports are loaded by Node itself, once for the command and for the config.
 */
import { reasonOf } from "@refold/core/internal/event/Reason"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { existsSync } from "node:fs"
import { basename, resolve } from "node:path"
import type { Config } from "../../Config.ts"
import { CliFailure, usage } from "../frame/CliFailure.ts"
import * as Settings from "../frame/Settings.ts"
import { problemOf } from "./CheckConfig.ts"

/** The names that are looked for, in this order. */
const fileNames = ["refold.config.ts", "refold.config.mts", "refold.config.js", "refold.config.mjs"]

/** The config of `--config`, or of this folder; an empty one if there is none. */
export const config: Effect.Effect<Config, CliFailure, Settings.Config> = Effect.gen(function*() {
  const file = yield* find
  return file === undefined ? {} : yield* load(file)
})

/** The config file; undefined if there is none. */
export const find: Effect.Effect<string | undefined, CliFailure, Settings.Config> = Effect.gen(function*() {
  const given = yield* Settings.config
  if (Option.isNone(given)) return fileNames.map((name) => resolve(name)).find((path) => existsSync(path))
  const path = resolve(given.value)
  return existsSync(path) ? path : yield* usage(`there is no config file ${given.value}`)
})

// A command loads it several times.
const loaded = new Map<string, Promise<unknown>>()

const load = Effect.fnUntraced(function*(file: string): Effect.fn.Return<Config, CliFailure> {
  const name = basename(file)
  const exported = yield* Effect.tryPromise({
    try: async () => {
      const evaluated = loaded.get(file) ?? evaluate(file)
      loaded.set(file, evaluated)
      return evaluated
    },
    catch: (cause) => new CliFailure({ problem: `${name}: ${reasonOf(messageOf(cause))}`, code: 2, cause })
  })
  const problem = problemOf(exported)
  if (problem !== undefined) return yield* usage(`${name}: ${problem}`)
  // Checked just now.
  return exported as Config
})

const evaluate = async (file: string): Promise<unknown> => {
  const { createJiti } = await import("jiti")
  // No cache of files: by default it may be in a folder that other users of the machine can write to.
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: false })
  const load = jiti.import.bind(jiti)
  const { default: exported }: { readonly default?: unknown } = Object(await load(file))
  return exported
}

const messageOf = (cause: unknown): unknown => cause instanceof Error ? `${cause.name}: ${cause.message}` : cause
