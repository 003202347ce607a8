/** The messages between the page and the worker that runs a program, and what is shown of a run. */

/** A file of a program. All files are beside each other: `./Book.ts` is the file "Book.ts". */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

/** The files of a program, and the name of the one that is run. */
export interface Program {
  readonly files: ReadonlyArray<SourceFile>
  readonly entry: string
}

/** Files that an engine needs, by name. Its worker has no network: the page loads them. */
export type Assets = Readonly<Record<string, ArrayBuffer>>

/** The first message to a worker: the port for all others, which programs cannot reach. */
export interface Start {
  readonly port: MessagePort
  readonly assets: Assets
}

/** Rows as texts, `null` for SQL's NULL, or PostgreSQL's error. */
export type Answer = Table | string

/** The rows of a statement. */
export interface Table {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string | null>>
  /** All rows of the answer, those that are left out included; for a statement without rows, those that it changed. */
  readonly count: number
}

/** What the page sends. `Stop` asks for what there is so far; a worker that does not answer is terminated. */
export type ToWorker =
  | { readonly _tag: "Run"; readonly program: Program }
  | { readonly _tag: "Stop" }
  | { readonly _tag: "Query"; readonly statement: string }

/**
 * What the worker sends: `Ready` once its engine is loaded, then output, then the end; or an answer to each query. `Stopping`
 * answers a stop at once, before the report.
 */
export type FromWorker =
  | { readonly _tag: "Ready" }
  | { readonly _tag: "Stopping" }
  | { readonly _tag: "Printed"; readonly line: Line }
  | { readonly _tag: "Answered"; readonly answer: Answer }
  | Ended

/** The end of a run. */
export interface Ended {
  readonly _tag: "Ended"
  /** Undefined where the program ended without an error. */
  readonly problem: Problem | undefined
  readonly report: Report
  /** What the engine keeps of the store. */
  readonly kept?: ArrayBuffer | undefined
}

/** One call of the console. */
export interface Line {
  readonly level: "log" | "warn" | "error"
  readonly text: string
}

/** Why a program was not compiled or did not end well, and where, if that is known. */
export interface Problem {
  readonly message: string
  readonly file?: string | undefined
  /** From 1. */
  readonly line?: number | undefined
}

/** An event of the log, as text, and the state of its stream after it. */
export interface ShownEvent {
  readonly position: number
  /** Empty where the program folds an array of events and has no store. */
  readonly stream: string
  readonly version: number
  readonly type: string
  readonly data: string
  /** Undefined where the program defines no aggregate for the stream. */
  readonly state: string | undefined
}

/** A row that an event changed. */
export interface RowChange {
  readonly projection: string
  /** The index of the event in `Report.events`. */
  readonly event: number
  readonly key: string
  /** Undefined where the row was removed. */
  readonly row: string | undefined
}

/** The log of a run, and its folds: states and rows after each event. */
export interface Report {
  readonly events: ReadonlyArray<ShownEvent>
  readonly projections: ReadonlyArray<string>
  readonly changes: ReadonlyArray<RowChange>
  /** What is not shown, and what could not be folded. */
  readonly notes: ReadonlyArray<string>
}

/** The report of a program that stored nothing and folded nothing. */
export const nothing: Report = { events: [], projections: [], changes: [], notes: [] }
