/** One run in a worker, and its end: by itself, by a stop, or by the time limit. */
import {
  type Ended,
  type FromWorker,
  type Line,
  nothing,
  type Problem,
  type Program,
  type ToWorker
} from "../Protocol.ts"
import type { Frame } from "./Frame.ts"

/** The callbacks of a run. `ended` is called once, and no other one after it. */
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

/** Runs a program in a worker of its own, for at most the given seconds. */
export const start = ({ close, port }: Frame, program: Program, seconds: number, listener: Listener): Session => {
  const send = (message: ToWorker) => port.postMessage(message)
  const timers: Array<ReturnType<typeof setTimeout>> = []
  const isOver = new AbortController()
  let early: Problem | undefined
  const end = (ended: Ended) => {
    for (const timer of timers) clearTimeout(timer)
    isOver.abort()
    close()
    listener.ended({ ...ended, problem: early ?? ended.problem })
  }
  const stop = (message: string) => {
    early ??= { message }
    send({ _tag: "Stop" })
    timers.push(setTimeout(() => end({ _tag: "Ended", problem: early, report: nothing }), stopTimeout))
  }
  const begin = () => {
    listener.started()
    send({ _tag: "Run", program })
    timers.push(setTimeout(() => stop(`It ran for more than ${seconds} seconds, and was stopped.`), seconds * 1000))
  }
  port.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    switch (data._tag) {
      case "Ready":
        return begin()
      case "Printed":
        return listener.printed(data.line)
      case "Ended":
        return end(data)
      case "Answered":
        // A run sends no query.
        return
    }
  }, isOver)
  port.start()
  return { stop: () => stop("It was stopped.") }
}
