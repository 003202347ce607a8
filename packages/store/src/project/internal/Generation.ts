/** A generation, one build of a projection's rows: its checkpoint, its parked streams, and the event that it waits for. */
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type { Stage } from "@refold/core/project/PoisonedEvent"
import type * as DateTime from "effect/DateTime"

/** The identity of the rows that code reads or writes. */
export interface RowsIdentity {
  readonly name: string
  /** A higher version means that the rows are built again. */
  readonly version: number
  /** The parts of the definition that are compared, as core's `StoredDefinition` renders them. */
  readonly definition: string
}

/**
 * `Building`: being built, live afterwards. `Live`: read by queries. `Retired`: replaced, to be dropped. `Scratch`: rows
 * as of a past point, for one reader.
 */
export type Status = "Building" | "Live" | "Retired" | "Scratch"

/**
 * How the events of a projection are assigned to partitions: by their streams, or by a key that its code computes. Any other
 * projection has one partition.
 */
export type PartitionedBy = "stream" | "key"

/** One build of a projection's rows. As a whole: its partitions are taken together. In a batch: as its partition is. */
export interface Generation {
  readonly id: number
  readonly projection: string
  readonly version: number
  /** The definition that the rows are of, as `StoredProjection` has it. */
  readonly definition: string
  readonly status: Status
  /** Every event up to this position is in the rows, parked or discarded: the lowest checkpoint of its partitions. */
  readonly checkpoint: Position
  /**
   * A new random value with each batch that changes rows, so that it never repeats: a number would repeat if the database
   * went back to an older copy.
   */
  readonly revision: string
  /** Events folded per second, smoothed. */
  readonly rate: number
  /** The number of parked streams, of each partition; the projection is degraded if it is not 0. */
  readonly parked: number
  /** When the checkpoint was last saved. */
  readonly updatedAt: DateTime.Utc
  /** When another generation became live in its place; undefined if it has never been live, or still is. */
  readonly replacedAt: DateTime.Utc | undefined
  /** The event at which the last batch stopped, because it is newer than the code; undefined if it did not. */
  readonly newer: NewerEvent | undefined
  /** The addition of event types that is under way; undefined if none is. */
  readonly addition: Addition | undefined
  /** The number of its partitions, 1 to 10,000. */
  readonly partitions: number
  /** How its events are assigned to partitions; undefined if it has one partition. */
  readonly partitionedBy: PartitionedBy | undefined
  /** The change of the number of partitions that is under way; undefined if none is. */
  readonly repartition: Repartition | undefined
}

/** A change of the number of partitions: it waits until all of them are at one checkpoint. */
export interface Repartition {
  readonly partitions: number
  /** The checkpoint that no partition passes before all are there. */
  readonly drainTo: Position
}

/** A partition of a generation: the generation with the checkpoint, the parked streams and the rest that the partition has. */
export interface Partition {
  /** Its number, from 0. */
  readonly partition: number
  readonly generation: Generation
}

/** An event in a higher schema version than the latest one of the code. */
export interface NewerEvent {
  readonly stream: StreamName
  readonly version: StreamVersion
  readonly position: Position
  /** Its stored type and schema version, and the latest schema version of the code. */
  readonly type: string
  readonly schemaVersion: number
  readonly latest: number
}

/**
 * Code with more event types than the generation reads the added ones alone, up to the checkpoint of the others. Then its
 * definition replaces that of the generation.
 */
export interface Addition {
  /** The definition with the added event types. */
  readonly definition: string
  /** The events of the added types are read up to this position. */
  readonly checkpoint: Position
}

/** A parked stream: the projection skips its events from the poisoned one on. */
export interface ParkedStream {
  readonly stream: StreamName
  /** The version, position and stored type of the poisoned event. */
  readonly version: StreamVersion
  readonly position: Position
  readonly type: string
  /** The stage that failed, and the reason. */
  readonly stage: Stage
  readonly reason: string
  /** The number of attempts to fold the poisoned event; 0 if a retry has reached it and not tried it yet. */
  readonly attempts: number
  readonly parkedAt: DateTime.Utc
}

/** An event that a projection skips in all its generations, also in later ones, and the reason. */
export interface DiscardedEvent {
  readonly position: Position
  readonly stream: StreamName
  readonly version: StreamVersion
  readonly reason: string
  readonly discardedAt: DateTime.Utc
}
