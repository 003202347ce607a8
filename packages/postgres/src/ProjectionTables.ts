/** Where the tables of `SqlProjection`s are found. The PostgreSQL adapter provides it. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type { NoRows } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** How events are handled. */
export interface HandlingOptions<E> {
  /** How long a handler may take, in milliseconds. */
  readonly patience: number
  /** The failure where a statement failed and the handler went on all the same, in a transaction that is spoiled. */
  readonly spoiled: E
}

/** What `SqlProjection`s need of the adapter. */
export class ProjectionTables extends Context.Service<ProjectionTables, {
  /** Runs an effect in a transaction in which bare names mean the live tables of a projection. */
  readonly within: <A, E, R>(
    projection: string,
    effect: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | NoRows | EventStoreError, R>
  /**
   * Runs handlers in such a way that what fails leaves nothing, and does not spoil the transaction of their batch. They
   * are told how many milliseconds each may take: where that is too long for the owner of a batch, it is less.
   */
  readonly handling: <A, E, R>(
    options: HandlingOptions<E>,
    handlers: (patience: number) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | EventStoreError, R>
}>()("@refold/postgres/ProjectionTables") {}
