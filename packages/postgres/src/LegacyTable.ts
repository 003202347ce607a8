/**
 * The way from a mutable table to events. A mapping says what a row, a change of it and its end are as events; from that
 * one function a legacy table is seeded, kept up with while the old application still writes to it, compared with the folds
 * of its streams, and given up for them when both agree. The legacy table itself is never changed.
 */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as Stream from "effect/Stream"
import * as Capturing from "./internal/legacy/Capturing.ts"
import * as Checking from "./internal/legacy/Checking.ts"
import * as Draining from "./internal/legacy/Draining.ts"
import * as DryRun from "./internal/legacy/DryRun.ts"
import * as Reconciling from "./internal/legacy/Reconciling.ts"
import * as Seeding from "./internal/legacy/Seeding.ts"
import * as Skipping from "./internal/legacy/Skipping.ts"
import * as Switching from "./internal/legacy/Switching.ts"
import type { Definition, LegacyMapping, SeedOptions, SwitchOptions } from "./LegacyMapping.ts"
import type { CaughtUp, Failure, NotReconciled, Reconciliation, SeedReport, Skipped } from "./LegacyReport.ts"

type Tagged = { readonly _tag: string }

/** A mapping, or `InvalidInput` naming the part of the definition that breaks a rule. */
export const make: <Row, State, Event extends Tagged>(
  definition: Definition<Row, State, Event>
) => Result.Result<LegacyMapping<Row, State, Event>, InvalidInput> = Checking.check

/** As `make`, for module constants: throws the `InvalidInput`. */
export const makeUnsafe = <Row, State, Event extends Tagged>(
  definition: Definition<Row, State, Event>
): LegacyMapping<Row, State, Event> => Result.getOrThrow(make(definition))

/**
 * Walks through the legacy table: rows that are new become streams, rows that differ from what was remembered of them or
 * that are gone become events of theirs, all others nothing. So the first run seeds, a run that was cut off is gone on
 * with, and later ones poll. Each batch is a transaction of its own; rows that cannot be mapped are listed and left out.
 *
 * Ids are made of the mapping's name, the key and the version, so that nothing is ever stored twice. Metadata tell where
 * events come from: `seed` (true for those that a stream begins with as its row was found) and `legacy` (the mapping's name,
 * the table, the key, and the captured change, if one was).
 */
export const seed: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: SeedOptions
) => Effect.Effect<SeedReport, Failure, SqlClient.SqlClient> = Seeding.seed

/** What `seed` would do: reads and maps every row, and writes nothing, not even where it has been. */
export const dryRun: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: SeedOptions
) => Effect.Effect<SeedReport, Failure, SqlClient.SqlClient> = DryRun.dryRun

/** The rows that could not be turned into events, and why, by the store's own list. */
export const skipped: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>
) => Stream.Stream<Skipped, Failure, SqlClient.SqlClient> = Skipping.list

/**
 * Puts triggers on the legacy table that note every later change, in the transaction that makes it. Waits for the writers
 * of the moment. Best before the table is seeded: what changes between the two is otherwise found by the next run only, as
 * one change. Needs a table (no SQL view) whose owner one is; its writers need no right on the store.
 */
export const capture: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>
) => Effect.Effect<void, Failure, SqlClient.SqlClient> = Capturing.capture

/**
 * Turns the captured changes into events, each by itself and with its own time, until there are none. Says how many of them
 * are of rows that are skipped instead.
 */
export const catchUp: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>
) => Effect.Effect<CaughtUp, Failure, SqlClient.SqlClient> = Draining.catchUp

/** Catches up again and again, by default every 200 milliseconds; ends with a failure, as when the table is switched over. */
export const follow: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: { readonly every?: Duration.Input | undefined }
) => Effect.Effect<never, Failure, SqlClient.SqlClient> = Draining.follow

/**
 * Compares the facts of every row with those of its stream's state, also where changes of the row were skipped since the
 * stream was begun; a row that is skipped and has no stream is only listed. While others write, rows with captured changes
 * that are not events yet are counted and left out.
 */
export const reconcile: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: SeedOptions
) => Effect.Effect<Reconciliation, Failure, SqlClient.SqlClient> = Reconciling.reconcile

/**
 * Makes the events the truth. Keeps writers of the legacy table waiting, turns into events what has changed, reconciles, and
 * only where both are equal ends the capturing, for good, and freezes the table; else it fails with `NotReconciled` and
 * everything is as before. Fails with `InvalidInput` where no run of `seed` has come to its end.
 *
 * Run again after it has succeeded, it finishes what it may not have come to (taking the triggers off), and fails with
 * `SwitchedOver`; but where the table was left unfrozen and is not to be, it freezes it, whatever has become of it, and says
 * how far it and the events have gone apart.
 */
export const switchOver: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>,
  options?: SwitchOptions
) => Effect.Effect<Reconciliation, Failure | NotReconciled, SqlClient.SqlClient> = Switching.switchOver

/**
 * Takes the triggers off the legacy table, which is then as if nothing had been, and forgets the mapping. The events stay:
 * what has happened in the log is not taken back. So who wants to begin anew does so in a store of another schema.
 */
export const abandon: <Row, State, Event extends Tagged>(
  table: LegacyMapping<Row, State, Event>
) => Effect.Effect<void, Failure, SqlClient.SqlClient> = Switching.abandon
