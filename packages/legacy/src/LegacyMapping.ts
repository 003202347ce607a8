/** A mapping from the rows of a legacy table to events, and the options of the operations that use it. */
import type { View } from "@refold/core/decide/View"
import type { EventCodec } from "@refold/core/event/EventCodec"
import type { Tagged } from "@refold/core/event/EventType"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { Facts } from "./LegacyReport.ts"

/** The events of one change of a row. */
export interface Mapped<Event> {
  /** In order; empty if the change does not concern the aggregate. */
  readonly events: ReadonlyArray<Event>
  /** The time of the change, if the row has it. By default the time when the change was captured or the row was read. */
  readonly occurredAt?: DateTime.Utc | undefined
}

/** A mapping from the rows of a legacy table to the streams of an aggregate: one row becomes one stream. */
export interface Definition<Row, State, Event extends Tagged> {
  /** The mapping's name in the store, 1 to 255 characters. The ids of its events are derived from it: do not change it. */
  readonly name: string
  /** The legacy table: `table`, or `schema.table` if the schema is not on the search path. Unquoted, case-sensitive. */
  readonly table: string
  /**
   * A SELECT over the table, whose quoted name is the argument: `(table) => "SELECT id, balance FROM " + table`. All
   * columns by default. It may filter and join. It must not cast values that may be invalid: the row's schema checks them.
   */
  readonly query?: ((table: string) => string) | undefined
  /**
   * The column that identifies a row. It has the same name in the table and in the query. Without an index on it, every
   * page reads the whole table.
   */
  readonly key: string
  /** The schema of a row. Columns are texts as PostgreSQL writes them, or null. Rows that do not fit are skipped. */
  readonly row: Schema.ConstraintCodec<Row, unknown>
  /** The id of a row's stream within the category; the key by default. Called once for each key. */
  readonly id?: ((row: Row, key: string) => string) | undefined
  /**
   * The events of a row that is new (`before` is None), changed, or removed (`after` is None). A failure is the reason why
   * the row is skipped. Pure.
   */
  readonly events: (before: Option.Option<Row>, after: Option.Option<Row>) => Result.Result<Mapped<Event>, string>
  /** The category, codec and fold of the streams. */
  readonly aggregate: {
    readonly category: string
    readonly events: EventCodec<Event>
    readonly decider: View<State, Event>
  }
  /** The values that a row and the state of its stream must agree on, under the same names. */
  readonly facts: {
    readonly row: (row: Row) => Facts
    readonly state: (state: State) => Facts
  }
  /** The schema of the store, `refold` by default. */
  readonly store?: string | undefined
}

/** A definition whose names have been checked. */
export interface LegacyMapping<Row, State, Event extends Tagged> extends Definition<Row, State, Event> {
  readonly store: string
}

/** The options of a run over a legacy table. */
export interface SeedOptions {
  /** Rows per transaction, 1 to 5000; 1000 by default. Readers of the log wait while a batch is stored. */
  readonly batchSize?: number | undefined
  /** Runs after each batch with the rows read so far (including earlier, interrupted runs) and the rows at the start. */
  readonly onProgress?: ((done: number, total: number) => Effect.Effect<void>) | undefined
}

/** The options of a switch-over. */
export interface SwitchOptions extends SeedOptions {
  /**
   * Whether the legacy table refuses writes afterwards; true by default. Needs a table (not a view) that the caller owns.
   * With false, later writes to the legacy table are lost without an error.
   */
  readonly freeze?: boolean | undefined
  /** Whether to switch over although skipped rows have no stream; false by default. All other rows must agree. */
  readonly acceptSkipped?: boolean | undefined
  /** The timeout of waiting for transactions that write to the legacy table; 10 seconds by default. New writers wait meanwhile. */
  readonly lockTimeout?: Duration.Input | undefined
}
