/** Rows as queries return them, and pages of rows. */
import type { Position } from "@refold/core/event/Position"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type { Cursor } from "@refold/core/project/RowQuery"
import type * as Option from "effect/Option"

/** A row. `position` and `version` are those of the last event that was folded into it. */
export interface Row<State> {
  readonly key: string
  readonly state: State
  readonly position: Position
  readonly version: StreamVersion
}

/** A page of rows. */
export interface Page<State> {
  readonly rows: ReadonlyArray<Row<State>>
  /** The cursor of the next page, for the same query with `after`; None if there are no more rows. */
  readonly next: Option.Option<Cursor>
  /** The checkpoint of the rows: they include the events up to this position. */
  readonly position: Position
}
