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
  /** Ends the run without its results: no callback is called. */
  readonly drop: () => void
}

// Milliseconds after which a worker that does not answer a stop is terminated, and one that does not report after its answer.
const [stopTimeout, reportTimeout] = [500, 10_000]

/** Runs a program in a worker of its own, for at most the given seconds. */
export const start = ({ close, port }: Frame, program: Program, seconds: number, listener: Listener): Session => {
  const send = (message: ToWorker) => port.postMessage(message)
  const isOver = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let early: Problem | undefined
  const after = (millis: number, then: () => void) => {
    clearTimeout(timer)
    timer = setTimeout(then, millis)
  }
  const drop = () => {
    clearTimeout(timer)
    isOver.abort()
    close()
  }
  const end = (ended: Ended) => {
    drop()
    listener.ended({ ...ended, problem: early ?? ended.problem })
  }
  const giveUp = () => end({ _tag: "Ended", problem: early, report: nothing })
  const stop = (message: string) => {
    if (early !== undefined) return
    early = { message }
    send({ _tag: "Stop" })
    after(stopTimeout, giveUp)
  }
  const begin = () => {
    listener.started()
    send({ _tag: "Run", program })
    after(seconds * 1000, () => stop(`It ran for more than ${seconds} seconds, and was stopped.`))
  }
  port.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    switch (data._tag) {
      case "Ready":
        return begin()
      case "Stopping":
        return after(reportTimeout, giveUp)
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
  return { stop: () => stop("It was stopped."), drop }
}
