/** The process of one store, as the benchmark uses it. */
import { fork } from "node:child_process"
import type { PeerName } from "./Peers.ts"
import type { Answered, Job, Request, Response } from "./Protocol.ts"
import { Missing } from "./Task.ts"

/** A running process. After it ended, every request fails. */
export interface Child {
  readonly prepare: (job: Job) => Promise<void>
  readonly measure: (job: Job, round: number) => Promise<Answered>
  /** Closes the store on this database. */
  readonly close: (job: Job) => Promise<void>
  readonly hasEnded: () => boolean
  readonly stop: () => void
}

// For what hangs: the longest preparation fills a log of millions of events.
const limit = 30 * 60_000

interface Waiting {
  readonly resolve: (answer: Answered | undefined) => void
  readonly reject: (error: Error) => void
}

/** Where a module of this folder is, compiled or not. */
export const moduleOf = (name: string): URL => new URL(`./${name}${import.meta.url.slice(-3)}`, import.meta.url)

/** What the processes of stores have in their environment: as in production, and no log lines. */
export const environment = { ...process.env, NODE_ENV: "production", LOG_LEVEL: "fatal" }

/** Starts the process of a store. */
export const start = (peer: PeerName): Child => {
  const process = fork(moduleOf("PeerProcess"), [peer], {
    env: environment,
    stdio: ["ignore", "ignore", "pipe", "ipc"]
  })
  const waiting = new Map<number, Waiting>()
  let last = 0
  let printed = ""
  let ended: string | undefined
  process.stderr?.on("data", (chunk: Buffer) => printed = (printed + chunk.toString()).slice(-2_000))
  process.on("message", (response: Response) => {
    const request = waiting.get(response.id)
    waiting.delete(response.id)
    if (response._tag === "Answered") request?.resolve(response.answer)
    else request?.reject(response.isMissing ? new Missing(response.problem) : new Error(response.problem))
  })
  process.once("exit", (code, signal) => {
    ended = `its process ended with ${signal ?? code}: ${printed.trim().split("\n").at(-1) ?? ""}`
    for (const { reject } of waiting.values()) reject(new Error(ended))
    waiting.clear()
  })
  const ask = (request: Omit<Request, "id">) =>
    new Promise<Answered | undefined>((resolve, reject) => {
      if (ended !== undefined) return reject(new Error(ended))
      const id = ++last
      const timer = setTimeout(() => {
        reject(new Error(`no answer within ${limit / 60_000} minutes`))
        process.kill("SIGKILL")
      }, limit)
      const done = <A extends ReadonlyArray<unknown>>(then: (...args: A) => void) => (...args: A) => {
        clearTimeout(timer)
        then(...args)
      }
      waiting.set(id, { resolve: done(resolve), reject: done(reject) })
      process.send({ ...request, id })
    })
  return {
    prepare: async (job) => void await ask({ ...job, ask: "prepare", round: 0 }),
    // A measurement has an answer.
    measure: async (job, round) => (await ask({ ...job, ask: "measure", round }))!,
    close: async (job) => void await ask({ ...job, ask: "close", round: 0 }),
    hasEnded: () => ended !== undefined,
    stop: () => void process.kill("SIGKILL")
  }
}
