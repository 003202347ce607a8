/*
 * Processes that work on a legacy table (see legacyProcess.ts), to be killed by their ids.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

/** What the script is told. */
export interface Started {
  readonly url: string
  readonly work: "seed" | "follow"
  readonly batchSize?: number
}

/** A process. */
export interface LegacyProcess {
  /** What it has said so far. */
  readonly said: () => string
  /** Kills it without warning; done when it is gone. */
  readonly kill: Effect.Effect<void>
  /** Waits until it ends by itself, and gives what it said. */
  readonly ended: Effect.Effect<string>
}

const script = fileURLToPath(new URL("legacyProcess.ts", import.meta.url))

/** Starts one; it is killed when the scope closes. */
export const start = (started: Started) => Effect.acquireRelease(Effect.sync(() => launch(started)), ({ kill }) => kill)

const launch = (started: Started): LegacyProcess => {
  // Its input ends with this process, and so does it.
  const child = spawn(process.execPath, [script, JSON.stringify(started)], { stdio: ["pipe", "pipe", "inherit"] })
  let said = ""
  child.stdout.on("data", (data: Buffer) => said += data.toString())
  const closed = new Promise<string>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", () => resolve(said))
  })
  const ended = Effect.promise(() => closed)
  return {
    said: () => said,
    kill: Effect.asVoid(Effect.andThen(Effect.sync(() => void child.kill("SIGKILL")), ended)),
    ended
  }
}
