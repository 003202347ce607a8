/**
 * The port to what projections have made of the log: their rows, their checkpoints, and the streams that they have
 * parked. A *generation* is one filling of a projection's rows from the first event on: readers see the live one, a
 * rebuild fills another beside it.
 */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type { RowIndex } from "@refold/core/internal/project/RowIndex"
import type { Stage, StoredRow } from "@refold/core/project/ProjectionFold"
import type { CheckedQuery } from "@refold/core/project/RowQuery"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { EventStoreError } from "../log/EventStoreError.ts"
import type { ProjectionNotReady, ProjectionOutdated, UnknownProjection } from "./ProjectionError.ts"

/** What a store must know of a projection to keep its rows. */
export interface StoredProjection {
  readonly name: string
  readonly version: number
  readonly indexes: ReadonlyArray<RowIndex>
  /**
   * Where a projection keeps tables of its own instead of rows: makes them, in a namespace of the generation's own.
   * Only adapters that have tables know what to do with it.
   */
  readonly setup?: Effect.Effect<void, EventStoreError> | undefined
}

/**
 * What a generation is for: being filled to become live; read by everybody; replaced by a newer one and about to be
 * dropped; or a look into the past, of one reader alone.
 */
export type Status = "Building" | "Live" | "Retired" | "Scratch"

/** One filling of a projection's rows. */
export interface Generation {
  readonly id: number
  readonly projection: string
  readonly version: number
  readonly status: Status
  /** All events up to here are in the rows, parked or discarded. */
  readonly checkpoint: Position
  /** Changes whenever rows do. */
  readonly revision: number
  /** Events folded in a second, of late. */
  readonly rate: number
  /** How many streams are parked: the projection is degraded where that is not 0. */
  readonly parked: number
  /** When the checkpoint was saved last. */
  readonly updatedAt: DateTime.Utc
}

/** A stream that waits, from its poisoned event on. */
export interface ParkedStream {
  readonly stream: StreamName
  /** The poisoned event. */
  readonly version: StreamVersion
  readonly position: Position
  readonly type: string
  readonly stage: Stage
  readonly reason: string
  /** How often it was tried. */
  readonly attempts: number
  readonly parkedAt: DateTime.Utc
}

/** An event that a projection is to leave out for good, and why. Every later filling leaves it out, too. */
export interface DiscardedEvent {
  readonly position: Position
  readonly stream: StreamName
  readonly version: StreamVersion
  readonly reason: string
  readonly discardedAt: DateTime.Utc
}

/** What a batch changes, all of it or nothing. */
export interface Changes {
  readonly rows: ReadonlyArray<StoredRow>
  readonly removed: ReadonlyArray<string>
  /** Leaves a row as it is where its version is that of `rows` or higher: handlers write such rows, too. */
  readonly keepsNewer: boolean
  readonly parked: ReadonlyArray<Omit<ParkedStream, "parkedAt">>
  readonly unparked: ReadonlyArray<StreamName>
  readonly checkpoint: Position
  readonly rate: number
}

/** A generation in the hands of its one owner, until the end of the transaction. */
export interface Batch {
  readonly generation: Generation
  /** The rows with these keys, as far as there are any. */
  readonly rows: (keys: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<StoredRow>, EventStoreError>
  /** Those of these streams that are parked. */
  readonly parked: (streams: ReadonlyArray<StreamName>) => Effect.Effect<ReadonlyArray<ParkedStream>, EventStoreError>
  /** The positions in `(after, upTo]` of events that the projection leaves out. */
  readonly discarded: (after: Position, upTo: Position) => Effect.Effect<ReadonlyArray<Position>, EventStoreError>
  readonly save: (changes: Changes) => Effect.Effect<void, EventStoreError>
  /** Records that the projection leaves these events out. */
  readonly discard: (
    events: ReadonlyArray<Omit<DiscardedEvent, "discardedAt">>
  ) => Effect.Effect<void, EventStoreError>
  /**
   * Makes a generation that is building the live one, and retires the one that was: in one step, for all readers.
   * False, and nothing done, where the live one has come further.
   */
  readonly promote: Effect.Effect<boolean, EventStoreError>
}

/** How a generation is taken. */
export interface UpdateOptions {
  /** Waits for another owner to be done, instead of giving None. */
  readonly wait?: boolean | undefined
}

/** Which rows: those of the live generation, or of a certain one. */
export interface RowSource {
  readonly projection: string
  readonly generation?: number | undefined
}

/** Rows by their keys, or a page of them. */
export type Selection =
  | { readonly _tag: "Keys"; readonly keys: ReadonlyArray<string> }
  | { readonly _tag: "Query"; readonly query: CheckedQuery }

/** Rows, and the generation that they are of, as they were at one moment. */
export interface SelectedRows {
  readonly generation: Generation
  readonly rows: ReadonlyArray<StoredRow>
}

/** Why there are no rows to read. */
export type NoRows = UnknownProjection | ProjectionNotReady

/** Keeps what projections have made of the log. */
export class ReadModelStore extends Context.Service<ReadModelStore, {
  /**
   * The live and building generations of a projection's own version, or of a lower one that is still live. Begins one
   * where there is none of this version, and drops retired ones.
   */
  readonly open: (
    projection: StoredProjection
  ) => Effect.Effect<ReadonlyArray<Generation>, ProjectionOutdated | EventStoreError>
  /** A new generation for a rebuild, or the one that is building; always a new one for a look into the past. */
  readonly begin: (
    projection: StoredProjection,
    status: "Building" | "Scratch"
  ) => Effect.Effect<Generation, ProjectionOutdated | EventStoreError>
  /** The generations of a projection, of all of them by default; retired ones only until they are dropped. */
  readonly generations: (projection?: string) => Effect.Effect<ReadonlyArray<Generation>, EventStoreError>
  /**
   * Runs `body` as the generation's one owner, in a transaction that commits with it. None where there is another
   * owner, or no such generation any more. An owner that stops in the middle loses the generation with its transaction.
   */
  readonly update: <A, E, R>(
    generation: number,
    body: (batch: Batch) => Effect.Effect<A, E, R>,
    options?: UpdateOptions
  ) => Effect.Effect<Option.Option<A>, E | EventStoreError, R>
  /** Forgets a generation and its rows. */
  readonly drop: (generation: number) => Effect.Effect<void, EventStoreError>
  /** Rows at one moment. */
  readonly read: (source: RowSource, selection: Selection) => Effect.Effect<SelectedRows, NoRows | EventStoreError>
  /** The generation that readers see. */
  readonly live: (projection: string) => Effect.Effect<Generation, NoRows | EventStoreError>
  /** The parked streams of a generation, in the order of their positions. */
  readonly listParked: (generation: number) => Effect.Effect<ReadonlyArray<ParkedStream>, EventStoreError>
  /** The events that a projection leaves out, in the order of their positions. */
  readonly listDiscarded: (projection: string) => Effect.Effect<ReadonlyArray<DiscardedEvent>, EventStoreError>
  /** Stores rows of an inline projection that a reader has folded further, where they are still newer. */
  readonly catchUpRows: (
    projection: Pick<StoredProjection, "name" | "version">,
    rows: ReadonlyArray<StoredRow>
  ) => Effect.Effect<void, EventStoreError>
  /** Whether the caller has a transaction open, in which nothing that others do now can be waited for. */
  readonly inTransaction: Effect.Effect<boolean>
}>()("@refold/store/ReadModelStore") {}
