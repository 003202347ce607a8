/** The options of a store on any database; see `PostgresStore`. */
import type * as SizeLimits from "@refold/core/journal/SizeLimits"
import type * as Duration from "effect/Duration"

/** The schema, the limits and the timeouts of a store. */
export interface StoreOptions {
  /** The schema of the store's tables, `refold` by default: small letters, digits and `_`, at most 50, neither `pg_…` nor `…_rows`. */
  readonly schema?: string | undefined
  /**
   * Whether to create or update the schema at the start, if that is due; true by default. Needs a role that owns the
   * schema, or that may create it. For a role that may create schemas, a schema of another role is an error, unless that is a
   * superuser or the owner of the database. With `false`, a schema that is missing or too old is an `EventStoreError`, and
   * its owner is trusted. Opening a store where nothing is due takes two round trips, and one with `false`.
   */
  readonly migrate?: boolean | undefined
  /**
   * How often to poll for events that were appended without a notification: by SQL, or by other processes with
   * `notify: false`. 200 ms by default. A notification arrives within milliseconds.
   */
  readonly pollInterval?: Duration.Input | undefined
  /**
   * Idle-transaction timeout of a projection's owner: a process that stops in the middle of a batch (suspended, or its
   * machine is down) loses the projection to another process after this time. 10 seconds by default. Must be longer
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
   * `EventStoreError`. Also for other statements that are safe to repeat. A load has one such time for all its reads.
   */
  readonly retryReadsFor?: Duration.Input | undefined
  /**
   * Total time in which an append is sent again while the server cannot be reached, and is looked up if its answer was
   * lost, 10 seconds by default; then it fails with `EventStoreError`, or with `OutcomeUnknown` if it may be stored.
   */
  readonly retryAppendsFor?: Duration.Input | undefined
  /**
   * The time within which the server must answer a statement of the store, waits for locks included; after it the
   * connection counts as lost. 1 minute by default, none on the embedded database. Detects a server that disappeared without
   * closing its connections.
   */
  readonly queryTimeout?: Duration.Input | undefined
  /**
   * The bound of the queue of appends. `size` is the maximum number of appends of this program that wait for their answers at
   * the same time, 1,000 by default. With `whenFull: "wait"`, the default, more appends wait for a place; with `"fail"` they
   * fail with an `EventStoreError` whose cause is `AppendQueueFull`.
   */
  readonly appendQueue?: AppendQueueOptions | undefined
}

/** The bound of the queue of appends. */
export interface AppendQueueOptions {
  /** A whole number, 1 or more. */
  readonly size?: number | undefined
  readonly whenFull?: "wait" | "fail" | undefined
}
