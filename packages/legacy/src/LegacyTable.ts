/**
 * Turns the rows of a mutable table into events. A mapping defines the events of new, changed and removed rows. With
 * this function a legacy table is seeded, followed while the old application still writes to it, compared with the
 * folds of its streams, and replaced by them when both agree. No row of the legacy table is changed.
 *
 * The store must exist in the same database. Every operation first creates this package's own tables and functions in the
 * store's schema when they are missing (see `install`).
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as Stream from "effect/Stream"
import * as Abandon from "./internal/Abandon.ts"
import * as Capture from "./internal/Capture.ts"
import * as CatchUp from "./internal/CatchUp.ts"
import * as CheckMapping from "./internal/CheckMapping.ts"
import * as DryRun from "./internal/DryRun.ts"
import * as Install from "./internal/Install.ts"
import * as Reconcile from "./internal/Reconcile.ts"
import * as Seed from "./internal/Seed.ts"
import * as SkippedRows from "./internal/SkippedRows.ts"
import * as SwitchOver from "./internal/SwitchOver.ts"
import type { Definition, LegacyMapping, SeedOptions, SwitchOptions } from "./LegacyMapping.ts"
import type { CaughtUp, Failure, NotReconciled, Reconciliation, SeedReport, Skipped } from "./LegacyReport.ts"

/** Checks a definition. Fails with `InvalidInput`, which names the field that breaks a rule. */
export const make: <Row, State, Event extends Tagged>(
  definition: Definition<Row, State, Event>
) => Result.Result<LegacyMapping<Row, State, Event>, InvalidInput> = CheckMapping.check

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Row, State, Event extends Tagged>(
  definition: Definition<Row, State, Event>
): LegacyMapping<Row, State, Event> => Result.getOrThrow(make(definition))

/**
 * Creates this package's tables (`legacy_…`), functions and the bookkeeping table `legacy_migrations` in the store's
 * schema, in one transaction under the lock of the store's migrations; does nothing when they are there. The operations
 * below do the same when something is missing, so call it only ahead of processes with fewer rights than the store's owner.
 *
 * Rights: the role must own the store's tables, or have the rights of the owner. A role that only seeds needs the rights of
 * a writer of the store, INSERT, UPDATE and DELETE on the `legacy_` tables, USAGE on their sequences, EXECUTE on the package's
 * functions and SELECT on the legacy table. A role that captures, freezes or abandons must own the legacy table, and the
 * store's owner must be able to SELECT from it and from its partitions.
 */
export const install: (
  mapping: { readonly store: string }
) => Effect.Effect<void, InvalidInput | EventStoreError, SqlClient.SqlClient> = Install.install

/**
 * Reads through the legacy table: new rows become streams, rows that differ from their last stored version or that were
 * removed become events of their streams, unchanged rows become nothing. The first run seeds, a run after an interruption
 * continues, and later runs poll. Each batch is one transaction; rows that cannot be mapped are listed and skipped.
 *
 * Event ids are derived from the mapping's name, the key and the version, so nothing is stored twice. The metadata of an
 * event name its source: `seed` (true for the events of a row that was found as new) and `legacy` (the mapping's
 * name, the table, the key, and the id of the captured change, if there is one).
 */
export const seed: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: SeedOptions
) => Effect.Effect<SeedReport, Failure, SqlClient.SqlClient> = Seed.seed

/**
 * Reports what `seed` would do: reads and maps every row in read-only transactions, and stores nothing. As all operations, it
 * creates the package's own tables first when they are missing.
 */
export const dryRun: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: SeedOptions
) => Effect.Effect<SeedReport, Failure, SqlClient.SqlClient> = DryRun.dryRun

/** The rows that could not be turned into events, with reasons, from the list in the store. */
export const skipped: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>
) => Stream.Stream<Skipped, Failure, SqlClient.SqlClient> = SkippedRows.list

/**
 * Creates triggers on the legacy table that record every later change in the transaction that makes it. Waits for the
 * transactions that write to the table now. Run it before `seed`: what changes between the two is otherwise found only by
 * the next run, as one change. Needs a table (not a view) that the caller owns; writers of the table need no right on the
 * store.
 */
export const capture: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>
) => Effect.Effect<void, Failure, SqlClient.SqlClient> = Capture.capture

/**
 * Turns the captured changes into events, each with its own time, until the queue is empty. Reports how many changes belong
 * to rows that are skipped.
 */
export const catchUp: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>
) => Effect.Effect<CaughtUp, Failure, SqlClient.SqlClient> = CatchUp.catchUp

/** Runs `catchUp` again and again, by default every 200 milliseconds. Ends with a failure, `SwitchedOver` for example. */
export const follow: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: { readonly every?: Duration.Input | undefined }
) => Effect.Effect<never, Failure, SqlClient.SqlClient> = CatchUp.follow

/**
 * Compares the facts of every row with those of its stream's state, including rows that are skipped and have a stream. A row
 * that is skipped and has no stream is only listed. Rows with captured changes that are not events yet are counted and not
 * compared.
 */
export const reconcile: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: SeedOptions
) => Effect.Effect<Reconciliation, Failure, SqlClient.SqlClient> = Reconcile.reconcile

/**
 * Makes the events the source of truth. Blocks writers of the legacy table, turns the last changes into events, reconciles,
 * and, when both sides agree, stops the capture and freezes the table. Otherwise it fails with `NotReconciled` and changes
 * nothing. Fails with `InvalidInput` when no run of `seed` has finished, and with `EventStoreError` after `lockTimeout`.
 *
 * After a success, another run removes triggers that were left behind and fails with `SwitchedOver`. If the table was left
 * unfrozen and `freeze` is true, it freezes the table and reports the differences of the table and the events since.
 */
export const switchOver: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: SwitchOptions
) => Effect.Effect<Reconciliation, Failure | NotReconciled, SqlClient.SqlClient> = SwitchOver.switchOver

/**
 * Removes the triggers from the legacy table, which is then as it was before, and forgets the mapping. The events stay in the
 * log. To start again from nothing, use a store in another schema.
 */
export const abandon: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>
) => Effect.Effect<void, Failure, SqlClient.SqlClient> = Abandon.abandon
