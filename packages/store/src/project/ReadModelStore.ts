/**
 * The port to the rows of projections, their checkpoints, and their parked streams. A *generation* is one build of a
 * projection's rows from the first event on: queries read the live one, a rebuild builds another beside it.
 */
import type { Position } from "@refold/core/event/Position"
import type { RowIndex } from "@refold/core/internal/project/RowIndex"
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import type { CheckedQuery } from "@refold/core/project/RowQuery"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { EventStoreError } from "../log/EventStoreError.ts"
import type { Batch } from "./internal/Batch.ts"
import type {
  DiscardedEvent,
  Generation,
  ParkedStream,
  Partition,
  PartitionedBy,
  RowsIdentity
} from "./internal/Generation.ts"
import type {
  DefinitionMismatch,
  ProjectionNotReady,
  ProjectionOutdated,
  UnknownProjection
} from "./ProjectionError.ts"

export type { Batch, Changes, RowChanges } from "./internal/Batch.ts"
export type {
  Addition,
  DiscardedEvent,
  Generation,
  NewerEvent,
  ParkedStream,
  Partition,
  PartitionedBy,
  Repartition,
  RowsIdentity,
  Status
} from "./internal/Generation.ts"

/** The parts of a projection that a store needs to store its rows. */
export interface StoredProjection extends RowsIdentity {
  readonly indexes: ReadonlyArray<RowIndex>
  /**
   * Creates the tables of a projection that has its own tables instead of rows, in a namespace of the generation. Only
   * for adapters with tables.
   */
  readonly setup?: Effect.Effect<void, EventStoreError> | undefined
  /** How its events are assigned to partitions; undefined if it can have only one. */
  readonly partitionedBy?: PartitionedBy | undefined
}

/** Which partition is locked: of those without an owner, the one that is furthest behind. */
export interface UpdateOptions {
  /** Whether to wait for another owner instead of returning None; false by default. */
  readonly wait?: boolean | undefined
  /** Only the partition with this number. */
  readonly partition?: number | undefined
  /**
   * Only a partition before this position, or before the end of a change of their number, or of another definition than this. Has
   * no effect if there is one partition.
   */
  readonly behind?: { readonly position: Position; readonly definition: string } | undefined
  /** None of these partitions. */
  readonly except?: ReadonlyArray<number> | undefined
}

/**
 * The rows to read: the live ones, or the last ones of the reader's own version if a higher version has replaced them. A
 * given generation is read whatever its definition.
 */
export type RowSource =
  | RowsIdentity & { readonly generation?: undefined }
  | { readonly name: string; readonly generation: number }

/** Rows by their keys, or a page of a query. */
export type Selection =
  | { readonly _tag: "Keys"; readonly keys: ReadonlyArray<string> }
  | { readonly _tag: "Query"; readonly query: CheckedQuery }

/** Rows and their generation, as of the same moment. */
export interface SelectedRows {
  readonly generation: Generation
  readonly rows: ReadonlyArray<StoredRow>
}

/** The errors of reading a projection that has no live generation. */
export type NoRows = UnknownProjection | ProjectionNotReady

/** The errors of opening a projection whose name is used by newer code or for another definition. */
export type NotOwned = ProjectionOutdated | DefinitionMismatch

/** Stores the rows, checkpoints and parked streams of projections. */
export class ReadModelStore extends Context.Service<ReadModelStore, {
  /**
   * The live and building generations of this version, and a lower version if it is still live. Begins a generation if
   * this version has none, and drops retired ones that are not kept: see `GenerationChoice.isKept`. Fails with
   * `ProjectionOutdated` if a higher version is live, and with `DefinitionMismatch` as `GenerationChoice.checkOwner` does.
   */
  readonly open: (
    projection: StoredProjection
  ) => Effect.Effect<ReadonlyArray<Generation>, NotOwned | EventStoreError>
  /** `Building`: the generation that is building, or a new one. `Scratch`: always a new one. */
  readonly begin: (
    projection: StoredProjection,
    status: "Building" | "Scratch"
  ) => Effect.Effect<Generation, NotOwned | EventStoreError>
  /** The generations of a projection, or of all projections. */
  readonly generations: (projection?: string) => Effect.Effect<ReadonlyArray<Generation>, EventStoreError>
  /**
   * Runs `body` as the one owner of a partition, in a transaction that commits if `body` succeeds. None if there is
   * another owner, or the generation no longer exists. The ownership ends with the transaction, also if the owner dies.
   */
  readonly update: <A, E, R>(
    generation: number,
    body: (batch: Batch) => Effect.Effect<A, E, R>,
    options?: UpdateOptions
  ) => Effect.Effect<Option.Option<A>, E | EventStoreError, R>
  /** As `update`, of all partitions in the order of their numbers; waits for other owners. None if the generation is gone. */
  readonly updateAll: <A, E, R>(
    generation: number,
    body: (batches: readonly [Batch, ...ReadonlyArray<Batch>]) => Effect.Effect<A, E, R>
  ) => Effect.Effect<Option.Option<A>, E | EventStoreError, R>
  /** The partitions of a generation, in the order of their numbers. */
  readonly partitions: (generation: number) => Effect.Effect<ReadonlyArray<Partition>, EventStoreError>
  /**
   * Requests another number of partitions, and changes it as soon as all are at the checkpoint of the change. The present number
   * ends a change that is under way. Without `asked` it only checks whether all partitions are at that checkpoint. If events are
   * partitioned by a key, parked streams end the change.
   */
  readonly repartition: (
    generation: number,
    asked?: { readonly partitions: number; readonly by: PartitionedBy | undefined }
  ) => Effect.Effect<void, EventStoreError>
  /** Deletes a generation and its rows. */
  readonly drop: (generation: number) => Effect.Effect<void, EventStoreError>
  /** Rows of the generation that `GenerationChoice.choose` gives for the reader, as of one moment. */
  readonly read: (
    source: RowSource,
    selection: Selection
  ) => Effect.Effect<SelectedRows, NoRows | DefinitionMismatch | EventStoreError>
  /** The live generation. */
  readonly live: (projection: string) => Effect.Effect<Generation, NoRows | EventStoreError>
  /** The parked streams of a generation, ordered by position. */
  readonly listParked: (generation: number) => Effect.Effect<ReadonlyArray<ParkedStream>, EventStoreError>
  /** The discarded events of a projection, ordered by position. */
  readonly listDiscarded: (projection: string) => Effect.Effect<ReadonlyArray<DiscardedEvent>, EventStoreError>
  /**
   * Stores rows of an inline projection that a reader has folded further, unless the stored rows are equally new. Only in
   * generations of this version and definition.
   */
  readonly catchUpRows: (
    projection: RowsIdentity,
    rows: ReadonlyArray<StoredRow>
  ) => Effect.Effect<void, EventStoreError>
  /** Whether the caller is inside a transaction. */
  readonly inTransaction: Effect.Effect<boolean>
}>()("@refold/store/ReadModelStore") {}
