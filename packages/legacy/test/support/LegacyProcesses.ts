/*
 * Processes that seed from or follow a legacy table (see legacyProcess.ts), for tests that kill them.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** The argument of the script. */
export interface Started {
  readonly url: string
  readonly work: "seed" | "follow"
  readonly batchSize?: number
  /** The process stops between two batches after this number of rows. */
  readonly pauseAfter?: number
}

/** A process. */
export interface LegacyProcess {
  /** Its output so far. */
  readonly output: () => string
  /** Kills it by SIGKILL, and waits until it has ended. */
  readonly kill: Effect.Effect<void>
  /** Waits until it ends by itself; gives its output. */
  readonly ended: Effect.Effect<string>
}

const script = fileURLToPath(new URL("legacyProcess.ts", import.meta.url))

/** Starts one; it is killed when the scope closes. */
export const start = (started: Started) => Effect.acquireRelease(Effect.sync(() => launch(started)), ({ kill }) => kill)

const launch = (started: Started): LegacyProcess => {
  // Its input ends with this process, and so does it.
  const child = spawn(process.execPath, [script, JSON.stringify(started)], { stdio: ["pipe", "pipe", "inherit"] })
  let output = ""
  child.stdout.on("data", (data: Buffer) => output += data.toString())
  const closed = new Promise<string>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", () => resolve(output))
  })
  const ended = Effect.promise(() => closed)
  return {
    output: () => output,
    kill: Effect.asVoid(Effect.andThen(Effect.sync(() => void child.kill("SIGKILL")), ended)),
    ended
  }
}
