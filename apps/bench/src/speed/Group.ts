/** A comparison: cells that are measured by turns, and the base of their ratios. */
import type { PeerName } from "./Peers.ts"
import type { ProgramName } from "./Programs.ts"
import type { Size } from "./Task.ts"
import type { TaskName } from "./Tasks.ts"

/** One store with one size. */
export interface Cell {
  readonly peer: PeerName
  /** Distinguishes it from other cells of the same store. */
  readonly variant?: string
  /** The store's database for this; each name is another one. */
  readonly database: string
  /** A task of a process that holds the store, or a program that is started for each measurement. */
  readonly task: TaskName | ProgramName
  readonly size: Size
}

/** A group of cells with figures of one kind. */
export interface Group {
  readonly name: string
  readonly title: string
  readonly unit: "events/s" | "commands/s" | "ms" | "MB" | "wrong"
  readonly better: "more" | "less"
  /**
   * `refold`: how many times as good Refold is as each store. `first`: each cell's figure divided by that of the first cell
   * of the same store. `none`: figures that stand by themselves.
   */
  readonly compare: "refold" | "first" | "none"
  /** Fewer rounds than those of the run. */
  readonly rounds?: number
  /** Whether there is a round before them that does not count; true by default. */
  readonly isWarmedUp?: boolean
  readonly cells: ReadonlyArray<Cell>
}

const nothing: Size = { writers: 1, batch: 1, streams: 1, events: 1, rows: 1, times: 1, millis: 0 }

/** The same task for several stores. */
export const forEach = (
  peers: ReadonlyArray<PeerName>,
  task: Cell["task"],
  size: Partial<Size>,
  database = "main"
): ReadonlyArray<Cell> => peers.map((peer) => cell(peer, task, size, database))

/** One cell. */
export const cell = (
  peer: PeerName,
  task: Cell["task"],
  size: Partial<Size>,
  database = "main",
  variant?: string
): Cell => ({
  peer,
  task,
  size: { ...nothing, ...size },
  database,
  ...(variant === undefined ? {} : { variant })
})
