/** Work on a whole store: export it as lines, import the lines into an empty store, verify it, check its environment. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { EventReader, ReadFailure } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import type { ReadModelStore } from "../project/ReadModelStore.ts"
import type { Diagnosis } from "./Diagnosis.ts"
import type { Finding } from "./Finding.ts"
import * as ExportLines from "./internal/ExportLines.ts"
import * as ImportLines from "./internal/ImportLines.ts"
import * as VerifyCopies from "./internal/VerifyCopies.ts"
import * as VerifyLog from "./internal/VerifyLog.ts"
import { Maintenance } from "./Maintenance.ts"
import type { Verifier } from "./Verifier.ts"

/** A counted part of a verification: the events by stream, the log, idempotency keys, snapshots. */
export type Part = "streams" | "events" | "keys" | "snapshots"

/** The options of a verification. */
export interface VerifyOptions {
  /** The codecs, aggregates and projections of the code; without any, only checks that need no code are run. */
  readonly verifiers?: ReadonlyArray<Verifier> | undefined
  /** Called after each page with the part that is verified, and the number of its items so far. */
  readonly onProgress?: ((part: Part, items: number) => Effect.Effect<void>) | undefined
}

/**
 * Verifies the store, part by part, and streams the findings; a healthy store has none. Versions have no gaps, positions
 * and times are in order within each stream, events can be read and decoded, idempotency keys and snapshots are of stored
 * events, snapshots and rows equal a new fold of their events, the position counter is not behind,
 * and the log is append-only. Programs may write meanwhile. Bounded memory; reads the whole log twice, and once more for
 * each projection. Needs the rights of the store's owner. Fails with `EventStoreError` if the store cannot be read.
 */
export const verify = (
  { verifiers = [], onProgress = () => Effect.void }: VerifyOptions = {}
): Stream.Stream<Finding, ReadFailure, EventReader | Maintenance | ReadModelStore> => {
  const counter = (part: Part) => {
    let items = 0
    return (more: number) => Effect.suspend(() => onProgress(part, items += more))
  }
  return Stream.fromIterableEffect(Effect.flatMap(Maintenance, ({ ownFindings }) => ownFindings)).pipe(
    Stream.concat(VerifyLog.order(counter("streams"))),
    Stream.concat(VerifyLog.events(verifiers, counter("events"))),
    Stream.concat(VerifyCopies.keys(counter("keys"))),
    Stream.concat(VerifyCopies.snapshots(verifiers, counter("snapshots"))),
    Stream.concat(Stream.flatMap(Stream.fromIterable(verifiers), ({ rows = Stream.empty }) => rows))
  )
}

/**
 * Checks the environment of a store, and gives a result for each point: the server's version, migrations, the rights of the current
 * role, isolation, encoding, a pooler, clocks, connections. Reads only, and needs no right beyond those of a reader. The adapter in
 * memory has no points.
 */
export const check: Effect.Effect<ReadonlyArray<Diagnosis>, EventStoreError, Maintenance> = Effect.flatMap(
  Maintenance,
  ({ diagnoses }) => diagnoses
)

export type { Lines, Resumed } from "./internal/ExportLines.ts"
export type { Imported, ImportFailure, OnProgress } from "./internal/ImportLines.ts"

/**
 * The store as lines of JSON without line feeds, in the format that `reference/formats` documents: events as they are stored, in
 * the order of their positions up to the last whole commit at the start, idempotency keys, discarded events, and the checkpoints of
 * consumers. Snapshots and the rows of projections are not in it: they are folded again. Programs may write meanwhile. Bounded
 * memory. Needs the rights of the store's owner.
 */
export const exportLines: ExportLines.Lines = ExportLines.all

/**
 * Continues an export that was cut, given the lines that were written: keep the first `keep` of them, and write `rest` after them.
 * Fails with `InvalidLine` if they are not an export of this store.
 */
export const resumeExport = ExportLines.resume

/** The options of an import. */
export interface ImportOptions {
  /** Whether to check the file without storing it; false by default. The store must be empty in either case. */
  readonly dryRun?: boolean | undefined
  /** Called after each batch of up to 1,000 lines that is stored. */
  readonly onProgress?: ImportLines.OnProgress | undefined
}

/**
 * Imports exported lines, without line feeds, into an empty store: with the recorded times, ids, versions, order and keys that they
 * have. Batches are stored as they are read, so memory is bounded. Until the trailer was read, the store is incomplete: on
 * PostgreSQL reads of the log, appends and look-ups of keys fail with `StoreIncomplete`, and in memory the store stays empty. If the
 * import ends early, import the same file again, which continues after the last batch. Needs the rights of the store's owner, and no transaction around it. Fails with `InvalidLine`,
 * `NewerFormat`, `IncompleteFile`, `StoreNotEmpty` and `ImportMismatch`.
 */
export const importLines = Effect.fnUntraced(function*<E, R>(
  lines: Stream.Stream<string, E, R>,
  { dryRun = false, onProgress = () => Effect.void }: ImportOptions = {}
): Effect.fn.Return<ImportLines.Imported, ImportLines.ImportFailure | E, Maintenance | R> {
  return yield* (yield* Maintenance).importInto(dryRun, (target) => ImportLines.into(target, lines, onProgress))
})

/**
 * Gives up an import that has not ended: the store is empty again. False, and nothing is changed, if the store is not in
 * the middle of one. Needs the rights of the store's owner.
 */
export const abandonImport: Effect.Effect<boolean, EventStoreError, Maintenance> = Effect.flatMap(
  Maintenance,
  ({ abandonImport }) => abandonImport
)
