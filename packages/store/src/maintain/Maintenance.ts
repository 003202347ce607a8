/** The port for work on a whole store, with the operations that an export and an import need besides the log. An adapter provides it. */
import type { EventId } from "@refold/core/event/EventId"
import type { Json } from "@refold/core/event/Json"
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type { CopiedKey } from "@refold/core/internal/journal/JournalCopy"
import type { SizeLimits } from "@refold/core/journal/SizeLimits"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { EventStoreError } from "../log/EventStoreError.ts"
import type { DiscardedEvent, ParkedStream } from "../project/ReadModelStore.ts"
import type { Diagnosis } from "./Diagnosis.ts"
import type { Finding } from "./Finding.ts"
import type { ImportMismatch, StoreNotEmpty } from "./ImportError.ts"

export type { CopiedKey, CopiedWrite } from "@refold/core/internal/journal/JournalCopy"

/** An event, by its stream and version: positions are the store's own. */
export interface EventPlace {
  readonly stream: StreamName
  readonly version: StreamVersion
}

/** A discarded event of a projection, a process or a consumer. */
export interface CopiedDiscard extends Omit<DiscardedEvent, "position"> {
  readonly projection: string
}

/** The progress of a consumer. */
export interface CopiedConsumer {
  readonly consumer: string
  /** Its definition as `RowsIdentity` has it. */
  readonly definition: string
  /** The last event up to which all are delivered, parked or discarded; undefined before the first. */
  readonly after: EventPlace | undefined
  /** The progress of an addition of event types; see `Addition`. */
  readonly addition: { readonly definition: string; readonly after: EventPlace | undefined } | undefined
  readonly parked: ReadonlyArray<Omit<ParkedStream, "position">>
}

/** The number of each kind that was stored. */
export interface Counts {
  readonly events: number
  readonly keys: number
  readonly discards: number
  readonly consumers: number
}

/** The progress of an import. */
export interface ImportProgress {
  /** The number of its lines that are stored; 0 before the first. */
  readonly lines: number
  /** The SHA-256 hash of these lines, each with a line feed after it, as hex. */
  readonly sha256: string
  /** The position, in the file, of the last event. */
  readonly position: number
  readonly counts: Counts
}

/** Items of one kind, in the order of the file. */
export type ImportBatch =
  | { readonly kind: "event"; readonly items: ReadonlyArray<RecordedEvent> }
  | { readonly kind: "key"; readonly items: ReadonlyArray<CopiedKey> }
  | { readonly kind: "discard"; readonly items: ReadonlyArray<CopiedDiscard> }
  | { readonly kind: "consumer"; readonly items: ReadonlyArray<CopiedConsumer> }

/** An empty store that an import fills. It only reports what is stored; the rules of an import are the same for all adapters. */
export interface ImportTarget {
  readonly limits: SizeLimits
  /**
   * Begins or continues the import of the file with this id. Until `finish`, no event of the file can be read: an adapter
   * that fills the store in place refuses reads of the log and appends, one that fills a copy leaves the store empty.
   */
  readonly begin: (
    id: EventId
  ) => Effect.Effect<ImportProgress, StoreNotEmpty | ImportMismatch | EventStoreError>
  /** The last event of each of these streams, in their order. */
  readonly streamEnds: (
    streams: ReadonlyArray<StreamName>
  ) => Effect.Effect<
    ReadonlyArray<Option.Option<{ readonly version: number; readonly recordedAt: DateTime.Utc }>>,
    EventStoreError
  >
  /** Whether an event that is stored is the first of its commit and has this position in the file, in their order. */
  readonly areCommits: (positions: ReadonlyArray<Position>) => Effect.Effect<ReadonlyArray<boolean>, EventStoreError>
  /** Whether these events are stored, in their order. */
  readonly areStored: (places: ReadonlyArray<EventPlace>) => Effect.Effect<ReadonlyArray<boolean>, EventStoreError>
  /**
   * Stores a batch that was checked and moves the progress, both or none. Returns the index of the first item whose id, key or
   * place is taken; then nothing is stored. Fails with `ImportMismatch` if the progress is no longer `from`, also for a batch
   * of no items.
   */
  readonly write: (
    batch: ImportBatch,
    from: ImportProgress,
    to: ImportProgress
  ) => Effect.Effect<Option.Option<number>, ImportMismatch | EventStoreError>
  /** Makes the store complete, in one step, if the progress of the import is this. */
  readonly finish: (at: ImportProgress) => Effect.Effect<void, StoreNotEmpty | ImportMismatch | EventStoreError>
}

/** The place and times of an event. */
export interface EventMark extends EventPlace {
  /** Whether the first event of its commit is stored, and is one. */
  readonly isOfStoredCommit: boolean
  readonly position: Position
  readonly recordedAt: DateTime.Utc
}

/** A snapshot as it is stored. */
export interface StoredSnapshot extends EventPlace {
  readonly view: string
  readonly fingerprint: string
  readonly state: Json
  /** Whether its last event is stored at its version. */
  readonly isOfStoredEvent: boolean
}

/** Works on a whole store. */
export class Maintenance extends Context.Service<Maintenance, {
  /** The last position, not above the given one of the log up to the head, up to which no commit is stored in part. */
  readonly wholeCommits: (upTo: Position) => Effect.Effect<Position, EventStoreError>
  /** The idempotency keys of commits that ended at or before a position. */
  readonly keys: (upTo: Position) => Stream.Stream<CopiedKey, EventStoreError>
  /** The discarded events up to a position, ordered by projection and position. */
  readonly discards: (upTo: Position) => Stream.Stream<CopiedDiscard, EventStoreError>
  /** The consumers, as of one moment; those that have come further than a position are at that position. */
  readonly consumers: (upTo: Position) => Effect.Effect<ReadonlyArray<CopiedConsumer>, EventStoreError>
  /** All events, ordered by stream, in an order of the adapter's, and by version. */
  readonly marks: Stream.Stream<EventMark, EventStoreError>
  /** All snapshots. */
  readonly snapshots: Stream.Stream<StoredSnapshot, EventStoreError>
  /** The problems of the store that only its adapter can find. */
  readonly ownFindings: Effect.Effect<ReadonlyArray<Finding>, EventStoreError>
  /** The result of each point that the adapter checks. */
  readonly diagnoses: Effect.Effect<ReadonlyArray<Diagnosis>, EventStoreError>
  /** Runs a body that fills the store, or one that only checks: then nothing is stored. Needs the rights of the owner. */
  readonly importInto: <A, E, R>(
    isDryRun: boolean,
    body: (target: ImportTarget) => Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E | EventStoreError, R>
  /** Empties a store that is in the middle of an import; false if it is not. Needs the rights of the owner. */
  readonly abandonImport: Effect.Effect<boolean, EventStoreError>
}>()("@refold/store/Maintenance") {}
