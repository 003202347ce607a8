/*
 * Processes of the operating system: those that run the saga of transfers (see transfers.ts) kill themselves without warning
 * at a certain moment.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** What a worker is about to do, or has just done, when it dies. */
export const deeds = ["decision", "command", "answer", "batch"] as const

/** When a worker dies: at its `nth` deed of this kind. */
export interface Death {
  readonly deed: typeof deeds[number]
  readonly moment: "before" | "after"
  readonly nth: number
}

/** What the script is told. */
export interface Told {
  readonly url: string
  readonly death?: Death
}

/** Starts a worker that runs the saga. */
export const start = (told: Told) => startScript("transfers.ts", told)

/** Starts a script of this folder with an argument; it is killed when the scope closes. `env` is added to its environment. */
export const startScript = (script: string, told: object, env: Readonly<Record<string, string>> = {}) =>
  Effect.acquireRelease(
    Effect.sync(() => launch(fileURLToPath(new URL(script, import.meta.url)), told, env)),
    ({ child, gone }) => Effect.andThen(Effect.sync(() => child.kill("SIGKILL")), gone)
  )

const launch = (script: string, told: object, env: Readonly<Record<string, string>>) => {
  // Its input ends with this process, and so does it.
  const child = spawn(process.execPath, [script, JSON.stringify(told)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...env }
  })
  let said = ""
  child.stdout.on("data", (data: Buffer) => said += data.toString())
  const closed = new Promise<string>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", () => resolve(said))
  })
  return {
    child,
    /** Waits until it is gone, and gives what it said. */
    gone: Effect.promise(() => closed)
  }
}
