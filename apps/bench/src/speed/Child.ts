/** The process of one store, as the benchmark uses it. */
import { fork } from "node:child_process"
import type { PeerName } from "./Peers.ts"
import type { Answered, Job, Response } from "./Protocol.ts"
import * as Requests from "./Requests.ts"

/** A running process. After it ended, every request fails. */
export interface Child {
  readonly prepare: (job: Job) => Promise<void>
  readonly measure: (job: Job, round: number) => Promise<Answered>
  /** Closes the store on this database. */
  readonly close: (job: Job) => Promise<void>
  readonly hasEnded: () => boolean
  readonly stop: () => void
}

/** The path of a module of this folder, compiled or not. */
export const moduleOf = (name: string): URL => new URL(`./${name}${import.meta.url.slice(-3)}`, import.meta.url)

/** The environment of the processes of stores: as in production, and no log lines. */
export const environment = { ...process.env, NODE_ENV: "production", LOG_LEVEL: "fatal" }

/** The line with the reason in the output of a failed process. */
export const problemIn = (printed: string): string => {
  const lines = printed.trim().split("\n")
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? ""
}

/** Starts the process of a store. */
export const start = (peer: PeerName): Child => {
  const child = fork(moduleOf("PeerProcess"), [peer], { env: environment, stdio: ["ignore", "ignore", "pipe", "ipc"] })
  const stop = () => void child.kill("SIGKILL")
  const { answer, ask, end, hasEnded } = Requests.make((request) => void child.send(request), stop)
  let printed = ""
  child.stderr?.on("data", (chunk: Buffer) => printed = (printed + chunk.toString()).slice(-2_000))
  child.on("message", (response: Response) => answer(response))
  child.once("exit", (code, signal) => end(`its process ended with ${signal ?? code}: ${problemIn(printed)}`))
  return {
    prepare: async (job) => void await ask({ ...job, ask: "prepare", round: 0 }),
    // A measurement has an answer.
    measure: async (job, round) => (await ask({ ...job, ask: "measure", round }))!,
    close: async (job) => void await ask({ ...job, ask: "close", round: 0 }),
    hasEnded,
    stop
  }
}
