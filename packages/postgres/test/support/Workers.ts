/*
 * Worker processes. Those that run the saga of transfers (see transfers.ts) kill themselves without warning at a given point.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** The steps of a worker before or after which it can crash. */
export const steps = ["decision", "command", "answer", "batch"] as const

/** The point at which a worker crashes: its `nth` step of this kind. */
export interface Crash {
  readonly step: typeof steps[number]
  readonly moment: "before" | "after"
  readonly nth: number
}

/** The argument of the script. */
export interface Input {
  readonly url: string
  readonly crash?: Crash
}

/** Starts a worker that runs the saga. */
export const start = (input: Input) => startScript("transfers.ts", input)

/** Starts a script of this folder with an argument; it is killed when the scope closes. `env` is added to its environment. */
export const startScript = (script: string, input: object, env: Readonly<Record<string, string>> = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => launch(fileURLToPath(new URL(script, import.meta.url)), input, env)),
    ({ child, ended }) => Effect.andThen(Effect.sync(() => child.kill("SIGKILL")), ended)
  )

const launch = (script: string, input: object, env: Readonly<Record<string, string>>) => {
  // The script ends when its standard input does, and that ends with this process.
  const child = spawn(process.execPath, [script, JSON.stringify(input)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env }
  })
  let output = ""
  child.stdout.on("data", (data: Buffer) => output += data.toString())
  const closed = new Promise<string>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", () => resolve(output))
  })
  return {
    child,
    /** Waits until it has ended, and returns its output. */
    ended: Effect.promise(() => closed)
  }
}
