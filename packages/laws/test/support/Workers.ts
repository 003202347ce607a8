/*
 * Processes of the operating system that run the saga of transfers (see transfers.ts), and kill themselves without warning at
 * a certain moment.
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

/** A process that runs the saga. */
export interface Worker {
  readonly isRunning: () => boolean
  /** Waits until it is gone. */
  readonly gone: Effect.Effect<void>
}

const script = fileURLToPath(new URL("transfers.ts", import.meta.url))

/** Starts a worker; it is killed when the scope closes. */
export const start = (told: Told) =>
  Effect.acquireRelease(
    Effect.sync(() => launch(told)),
    ({ child, gone }) => Effect.andThen(Effect.sync(() => child.kill("SIGKILL")), gone)
  )

const launch = (told: Told) => {
  // Its input ends with this process, and so does it.
  const child = spawn(process.execPath, [script, JSON.stringify(told)], { stdio: ["pipe", "inherit", "inherit"] })
  const closed = new Promise<void>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", () => resolve())
  })
  return {
    child,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    gone: Effect.promise(() => closed)
  }
}
