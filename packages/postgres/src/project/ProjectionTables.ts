/** The tables of `SqlProjection`s: a service that the PostgreSQL adapter provides. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { DefinitionMismatch } from "@refold/store/project/ProjectionError"
import type { NoRows, RowsIdentity } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** How events are handled. */
export interface HandlingOptions<E> {
  /** How long a handler may take, in milliseconds. */
  readonly timeout: number
  /** The failure to use if a handler succeeded although one of its statements had failed. */
  readonly aborted: E
}

/** What a `SqlProjection` needs from the adapter. */
export class ProjectionTables extends Context.Service<ProjectionTables, {
  /**
   * Runs an effect in a transaction in which unqualified names resolve to the live tables of a projection, or to those that code
   * of a replaced version still reads.
   */
  readonly within: <A, E, R>(
    reader: RowsIdentity,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | NoRows | DefinitionMismatch | EventStoreError, R>
  /**
   * Runs handlers behind a savepoint: a failure leaves nothing, and the transaction of the batch stays usable. They
   * receive the timeout of each in milliseconds, which is shorter than asked for if the owner's idle timeout is.
   */
  readonly handling: <A, E, R>(
    options: HandlingOptions<E>,
    handlers: (timeout: number) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | EventStoreError, R>
}>()("@refold/postgres/ProjectionTables") {}
