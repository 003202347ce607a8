/** SQL statements on the database that a run left, one after the other, in a worker that starts with the first one. */
import type { Answer, FromWorker, ToWorker } from "../Protocol.ts"
import type { Frame } from "./Frame.ts"

/** Seconds that a statement may take. */
const seconds = 10

/** The callbacks of a session: one or two of `started` for each statement, and then `answered`. */
export interface Listener {
  readonly started: (status: string) => void
  readonly answered: (answer: Answer) => void
}

/** A session on one database. */
export interface SqlSession {
  /** Runs a statement. Nothing happens while another one runs. */
  readonly query: (statement: string) => void
  /** Ends the worker; a statement that runs gets no answer. */
  readonly close: () => void
}

/** A session in the worker that `open` starts. */
export const make = (open: () => Frame, listener: Listener): SqlSession => {
  let frame: Frame | undefined
  let running: string | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  const end = () => {
    running = undefined
    clearTimeout(timer)
  }
  const close = () => {
    end()
    frame?.close()
    frame = undefined
  }
  const fail = (message: string) => {
    close()
    listener.answered(message)
  }
  const send = (statement: string) => {
    listener.started("Running…")
    frame?.port.postMessage({ _tag: "Query", statement } satisfies ToWorker)
    timer = setTimeout(
      () =>
        fail(`It took more than ${seconds} seconds, and was stopped. The database is again as the program left it.`),
      seconds * 1000
    )
  }
  const received = ({ data }: MessageEvent<FromWorker>) => {
    if (data._tag === "Ready" && running !== undefined) send(running)
    if (data._tag === "Ended") fail(data.problem?.message ?? "The database ended.")
    if (data._tag === "Answered") {
      end()
      listener.answered(data.answer)
    }
  }
  const start = () => {
    listener.started("Starting…")
    frame = open()
    frame.port.addEventListener("message", received)
    frame.port.start()
  }
  const query = (statement: string) => {
    if (running !== undefined) return
    running = statement
    if (frame === undefined) start()
    else send(statement)
  }
  return { query, close }
}
