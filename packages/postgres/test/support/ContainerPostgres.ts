/*
 * A PostgreSQL server in a container, by Testcontainers, where a container engine answers and has or gets the image.
 */
import { Worker } from "node:worker_threads"

/** A running server. */
export interface ContainerPostgres {
  readonly url: string
  /** Stops and removes the container. */
  readonly stop: () => Promise<void>
}

/** What the thread that starts the container says. */
export type Said =
  | { readonly _tag: "Asking" }
  | { readonly _tag: "Answers" }
  | { readonly _tag: "Started"; readonly url: string }
  | { readonly _tag: "Failed"; readonly reason: string }
  | { readonly _tag: "Stopped" }

/** In milliseconds: an engine that has not answered by then does not work. */
const answersWithin = 3_000

/**
 * Starts a server of the given major version. Resolves to undefined where no engine answers; and where an engine
 * answers but cannot start one, as without the image and a network, after one line that says why.
 */
export const start = async (version: string): Promise<ContainerPostgres | undefined> => {
  const worker = new Worker(new URL("containerWorker.ts", import.meta.url), { workerData: version })
  const said = await outcome(worker)
  if (said._tag === "Started") return { url: said.url, stop: () => stop(worker) }
  await worker.terminate()
  if (said.answered) process.stderr.write(`No PostgreSQL ${version} in a container: ${said.reason}\n`)
  return undefined
}

type Outcome =
  | { readonly _tag: "Started"; readonly url: string }
  | { readonly _tag: "Failed"; readonly reason: string; readonly answered: boolean }

const outcome = (worker: Worker): Promise<Outcome> =>
  new Promise((resolve) => {
    let answered = false
    let timer: NodeJS.Timeout | undefined
    const fail = (reason: string): void => resolve({ _tag: "Failed", reason, answered })
    worker.on("message", (said: Said) => {
      // The time that loading Testcontainers takes is not the engine's.
      if (said._tag === "Asking") timer = setTimeout(fail, answersWithin, "the engine does not answer")
      else clearTimeout(timer)
      if (said._tag === "Answers") answered = true
      if (said._tag === "Failed") fail(said.reason)
      if (said._tag === "Started") resolve(said)
    })
    worker.once("error", (error) => fail(String(error)))
  })

const stop = async (worker: Worker): Promise<void> => {
  await new Promise((resolve) => {
    worker.on("message", (said: Said) => said._tag === "Stopped" && resolve(undefined))
    worker.postMessage("stop")
  })
  await worker.terminate()
}
