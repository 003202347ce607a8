/*
 * A PostgreSQL server in a container, by Testcontainers, if a container engine answers and has or can pull the image.
 */
import { Worker } from "node:worker_threads"

/** A running server. */
export interface ContainerPostgres {
  readonly url: string
  /** Stops and removes the container. */
  readonly stop: () => Promise<void>
}

/** The messages of the thread that starts the container. */
export type Message =
  | { readonly _tag: "Connecting" }
  | { readonly _tag: "Answers" }
  | { readonly _tag: "Started"; readonly url: string }
  | { readonly _tag: "Failed"; readonly reason: string }
  | { readonly _tag: "Stopped" }

/** The timeout for the answer of an engine, in milliseconds. */
const answerTimeout = 3_000

/**
 * Starts a server of the given major version. Resolves to undefined if no engine answers. If an engine answers but cannot
 * start one, for example without the image and a network, prints one line with the reason and resolves to undefined.
 */
export const start = async (version: string): Promise<ContainerPostgres | undefined> => {
  const worker = new Worker(new URL("containerWorker.ts", import.meta.url), { workerData: version })
  const result = await outcome(worker)
  if (result._tag === "Started") return { url: result.url, stop: () => stop(worker) }
  await worker.terminate()
  if (result.answered) process.stderr.write(`No PostgreSQL ${version} in a container: ${result.reason}\n`)
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
    worker.on("message", (message: Message) => {
      // The timeout excludes the time of loading Testcontainers.
      if (message._tag === "Connecting") timer = setTimeout(fail, answerTimeout, "the engine does not answer")
      else clearTimeout(timer)
      if (message._tag === "Answers") answered = true
      if (message._tag === "Failed") fail(message.reason)
      if (message._tag === "Started") resolve(message)
    })
    worker.once("error", (error) => fail(String(error)))
  })

const stop = async (worker: Worker): Promise<void> => {
  await new Promise((resolve) => {
    worker.on("message", (message: Message) => message._tag === "Stopped" && resolve(undefined))
    worker.postMessage("stop")
  })
  await worker.terminate()
}
