/** One run in a worker, and its end: by itself, by a stop, or by the time limit. */
import { type Ended, type FromWorker, type Line, nothing, type Problem, type Program, type ToWorker } from "../Protocol.ts"

/** What is told of a run. `ended` is called once, and nothing after it. */
export interface Listener {
  readonly started: () => void
  readonly printed: (line: Line) => void
  readonly ended: (ended: Ended) => void
}

/** A run that can be stopped. */
export interface Session {
  readonly stop: () => void
}

// Milliseconds after which a worker that does not answer a stop is terminated.
const stopTimeout = 500

/** Starts a program in a worker of its own, for at most so many seconds. */
export const start = (worker: Worker, program: Program, seconds: number, listener: Listener): Session => {
  const send = (message: ToWorker) => worker.postMessage(message)
  const timers: Array<ReturnType<typeof setTimeout>> = []
  const end = (ended: Ended) => {
    for (const timer of timers) clearTimeout(timer)
    worker.onmessage = worker.onerror = null
    worker.terminate()
    listener.ended(ended)
  }
  let early: Problem | undefined
  const stop = (problem: Problem) => {
    early ??= problem
    send({ _tag: "Stop" })
    timers.push(setTimeout(() => end({ _tag: "Ended", problem, report: nothing }), stopTimeout))
  }
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data._tag === "Printed") return listener.printed(data.line)
    if (data._tag === "Ended") return end({ ...data, problem: early ?? data.problem })
    listener.started()
    send({ _tag: "Run", program })
    timers.push(setTimeout(() => stop({ message: `It ran for more than ${seconds} seconds, and was stopped.` }), seconds * 1000))
  }
  worker.onerror = (event) => {
    event.preventDefault()
    end({ _tag: "Ended", problem: { message: event.message || "The worker ended: it may have used too much memory." }, report: nothing })
  }
  return { stop: () => stop({ message: "It was stopped." }) }
}
