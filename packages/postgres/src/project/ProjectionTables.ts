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
   * Runs an effect in a transaction in which unqualified names resolve to the live tables of a projection; for code of a
   * replaced version, to the tables that it still reads.
   */
  readonly within: <A, E, R>(
    reader: RowsIdentity,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | NoRows | DefinitionMismatch | EventStoreError, R>
  /**
   * Runs handlers after a savepoint: a failure rolls back to it, and the transaction of the batch stays usable. They
   * receive the timeout of each in milliseconds, which a short idle timeout of the owner reduces.
   */
  readonly handling: <A, E, R>(
    options: HandlingOptions<E>,
    handlers: (timeout: number) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | EventStoreError, R>
}>()("@refold/postgres/ProjectionTables") {}
