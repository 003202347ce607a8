/** Rows as readers see them, and pages of them. */
import type { Position } from "@refold/core/event/Position"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type { Cursor } from "@refold/core/project/RowQuery"
import type * as Option from "effect/Option"

/** A row, and the place of the last event in it. */
export interface Row<State> {
  readonly key: string
  readonly state: State
  readonly position: Position
  /** The version of that event in its own stream. */
  readonly version: StreamVersion
}

/** Some rows of a query. */
export interface Page<State> {
  readonly rows: ReadonlyArray<Row<State>>
  /** Where the next page starts; None after the last row. Ask for it by the same query with `after`. */
  readonly next: Option.Option<Cursor>
  /** The rows show the events up to here. */
  readonly position: Position
}
