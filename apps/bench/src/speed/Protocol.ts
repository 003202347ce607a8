/** The messages between the benchmark and the process of a store. */
import type { Measured, Size } from "./Task.ts"
import type { TaskName } from "./Tasks.ts"

/** One task on one database. */
export interface Job {
  readonly url: string
  readonly task: TaskName
  readonly size: Size
}

/** `prepare` once, then `measure` in each round; `close` the session of a database that is not measured any more. */
export interface Request extends Job {
  readonly id: number
  readonly ask: "prepare" | "measure" | "close"
  readonly round: number
}

/** A measurement, and the processor time of the process in it. */
export interface Answered extends Measured {
  readonly cpuMicros: number
}

/** The answer to a request. */
export type Response =
  | { readonly id: number; readonly _tag: "Answered"; readonly answer: Answered | undefined }
  | { readonly id: number; readonly _tag: "Failed"; readonly problem: string; readonly isMissing: boolean }
