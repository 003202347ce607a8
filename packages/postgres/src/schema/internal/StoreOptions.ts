/** The options of a store on any database; see `PostgresStore`. */
import type * as SizeLimits from "@refold/core/journal/SizeLimits"
import type * as Duration from "effect/Duration"

/** Where in the database the store lives. */
export interface StoreOptions {
  /** The schema of the store's tables, `refold` by default: small letters, digits and `_`, at most 50, neither `pg_…` nor `…_rows`. */
  readonly schema?: string | undefined
  /**
   * Whether to create or update the schema at the start, where that is due; true by default. Needs a role that owns the
   * schema, or that may create it; a role that may create schemas is refused a schema of another role, unless that is a
   * superuser or the owner of the database. With `false`, a schema that is missing or too old is an `EventStoreError`, and
   * its owner is trusted. A store where nothing is due opens in two round trips, in one with `false`.
   */
  readonly migrate?: boolean | undefined
  /**
   * How often to poll for events that were appended without a notification: by SQL, or by other processes with
   * `notify: false`. 200 ms by default. A notification arrives within milliseconds.
   */
  readonly pollInterval?: Duration.Input | undefined
  /**
   * Idle-transaction timeout of a projection's owner: a process that stops in the middle of a batch (suspended, or its
   * machine is gone) loses the projection to another process after this time. 10 seconds by default. Must be longer
   * than the longest pause of a handler between two statements.
   */
  readonly ownerIdleTimeout?: Duration.Input | undefined
  /**
   * Maximum sizes of what this program appends, in bytes; at most the defaults of `SizeLimits`. The functions of the SQL API
   * have the defaults.
   */
  readonly limits?: SizeLimits.Options | undefined
  /**
   * Total time in which a read is sent again while the server cannot be reached, 2 seconds by default; then it fails with
   * `EventStoreError`. Also for other statements that are safe to repeat. A load has one such time for all that it reads.
   */
  readonly retryReadsFor?: Duration.Input | undefined
  /**
   * Total time in which an append is sent again while the server cannot be reached, and is looked up where its answer was
   * lost, 10 seconds by default; then it fails with `EventStoreError`, or with `OutcomeUnknown` where it may be stored.
   */
  readonly retryAppendsFor?: Duration.Input | undefined
  /**
   * The time within which the server must have answered a statement of the store, its wait for locks included; then the
   * connection counts as lost. 1 minute by default, on the embedded database none. For a server that vanished without
   * closing its connections.
   */
  readonly queryTimeout?: Duration.Input | undefined
  /**
   * The bound of the queue of appends, in which they wait for their turn. `size` is the maximum number of appends of this
   * program that wait for their answers at the same time, 1,000 by default. More of them wait for room, or fail with
   * `EventStoreError` whose cause is `AppendQueueFull` where `whenFull` is `"fail"`; `"wait"` by default.
   */
  readonly appendQueue?: AppendQueueOptions | undefined
}

/** The bound of the queue of appends. */
export interface AppendQueueOptions {
  /** A whole number, 1 or more. */
  readonly size?: number | undefined
  readonly whenFull?: "wait" | "fail" | undefined
}
