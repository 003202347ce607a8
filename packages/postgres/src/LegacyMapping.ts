/** What a legacy table's rows are as events, and how to walk through them: said once, used by everything in `LegacyTable`. */
import type { View } from "@refold/core/decide/View"
import type { EventCodec } from "@refold/core/event/EventCodec"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { Facts } from "./LegacyReport.ts"

type Tagged = { readonly _tag: string }

/** What the mapping makes of a row. */
export interface Mapped<Event> {
  /** In their order; none where the change means nothing to the aggregate. */
  readonly events: ReadonlyArray<Event>
  /** When it happened, where the row says so; else when the change was captured or the row was read. */
  readonly occurredAt?: DateTime.Utc | undefined
}

/** A mapping from the rows of a legacy table to the streams of an aggregate: one row, one stream. */
export interface Definition<Row, State, Event extends Tagged> {
  /** The mapping's name in the store, 1 to 255 characters. It is part of the events' ids, so it stays. */
  readonly name: string
  /** The legacy table, with its schema before a dot where it is not on the search path: names as they are, unquoted. */
  readonly table: string
  /**
   * A SELECT over the table, which is given by its name in SQL: `(table) => "SELECT id, balance FROM " + table`. All of its
   * columns by default. It may filter and join, but must not cast what may not be castable: the schema of the row judges.
   */
  readonly query?: ((table: string) => string) | undefined
  /**
   * The column that tells rows apart, a text or a number, under the same name in the table and in the query. Without an
   * index on it every page reads the whole table.
   */
  readonly key: string
  /** What a row must look like, from its columns as PostgreSQL writes them: texts, and null. What does not fit is skipped. */
  readonly row: Schema.ConstraintCodec<Row, unknown>
  /** The id of a row's stream within the category; the key by default. Asked once: the stream of a key stays. */
  readonly id?: ((row: Row, key: string) => string) | undefined
  /**
   * The events of a row that was found (before: None), has changed, or is gone (after: None); or why there can be none,
   * and then the row is skipped. Pure.
   */
  readonly events: (before: Option.Option<Row>, after: Option.Option<Row>) => Result.Result<Mapped<Event>, string>
  /** Where the events live, and what they fold to. */
  readonly aggregate: {
    readonly category: string
    readonly codec: EventCodec<Event>
    readonly decider: View<State, Event>
  }
  /** What a row and the state of its stream must agree on, under the same names. */
  readonly facts: {
    readonly row: (row: Row) => Facts
    readonly state: (state: State) => Facts
  }
  /** The schema of the store, `refold` by default. */
  readonly store?: string | undefined
}

/** A definition that has been checked as far as it can be without its database. */
export interface LegacyMapping<Row, State, Event extends Tagged> extends Definition<Row, State, Event> {
  readonly store: string
}

/** How to walk through a legacy table. */
export interface SeedOptions {
  /** How many rows are one transaction; 1000 by default. Readers of the log wait for one while it is stored. */
  readonly batchSize?: number | undefined
  /** Told how many rows are done, of how many there were at the start; also those that an earlier run has done. */
  readonly onProgress?: ((done: number, total: number) => Effect.Effect<void>) | undefined
}

/** How to give the legacy table up. */
export interface SwitchOptions extends SeedOptions {
  /**
   * Whether writes to the legacy table are refused from then on; true by default, which takes a table (no SQL view) whose
   * owner one is. Where it is false, what the old application still writes is lost, and nobody is told.
   */
  readonly freeze?: boolean | undefined
  /** Whether rows that are skipped and never became a stream may stay behind; false by default. All others must agree. */
  readonly acceptSkipped?: boolean | undefined
  /** How long to wait for the writers of the legacy table; 10 seconds by default. New ones wait meanwhile. */
  readonly patience?: Duration.Input | undefined
}
