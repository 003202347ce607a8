/**
 * The ledger in SQL: the account's fold and decider once more, commands as procedures, and the names of the classic labs.
 * Tests hold it equal to the TypeScript. Everything in its schema is derived from events.
 */
import * as SqlSchema from "@refold/postgres/schema/SqlSchema"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as SqlClient from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import type { EventStoreError } from "refold/EventStoreError"
import type { InvalidInput } from "refold/InvalidInput"
import * as Account from "../Account.ts"

/** The folder of the files. */
export const folder = new URL("../../sql/", import.meta.url)

const snapshots = Option.getOrThrow(Account.aggregate.snapshots)

/** Placeholders that TypeScript fills in: snapshots are shared only if both languages take the same ones, at the same versions. */
export const values = {
  account_snapshots: snapshots.name,
  account_fingerprint: snapshots.fingerprint,
  account_snapshots_every: String(snapshots.every)
}

const account = [
  "whole_number",
  "words_of",
  "read_field",
  "rule_of",
  "event_shapes",
  "current_type",
  "read_fields",
  "problem_of",
  "fits",
  "upcast",
  "event_problem",
  "account_event",
  "initial_account",
  "change_of",
  "deposits_after",
  "evolve_event",
  "evolve_account",
  "fold_account_step",
  "fold_account",
  "is_account",
  "load_account",
  "names_in",
  "command_shapes",
  "refuse_input",
  "check_command",
  "decided",
  "refused",
  "is_too_much",
  "insufficient_funds",
  "decide_movement",
  "decide_reversal",
  "decide_limit",
  "decide_account",
  "refusal_sentence",
  "refuse",
  "accepted",
  "decided_events",
  "state_after",
  "check_account_id",
  "fingerprint_of",
  "metadata_of",
  "refuse_version",
  "store_decisions",
  "handled",
  "answered",
  "handle",
  "movement_of",
  "open",
  "deposit",
  "withdraw",
  "handle_transfer",
  "transfer"
]

const classic = [
  "first_events_index",
  "event_store",
  "refuse_change",
  "event_store_instead",
  "event_store_before",
  "append_event",
  "rebuild_from_snapshot",
  "event_snapshots",
  "take_snapshot"
]

const projection = [
  "event_formats",
  "account_facts",
  "refuse_old_snapshot",
  "balance_refreshes",
  "balance_refreshes_start",
  "balance_projection",
  "balance_projection_key",
  "refresh_balances",
  "balances",
  "balances_checkpoint",
  "balances_checkpoint_start",
  "catch_up_batch",
  "refused_commit",
  "may_commit",
  "catch_up_balances"
]

const validate = [
  "time_of",
  "log_problems",
  "currency_problems",
  "key_problems",
  "kept_states",
  "kept_as",
  "coverage",
  "coverage_problems",
  "account_ends",
  "state_problems",
  "problem_sentence",
  "validate_ledger"
]

/** The files in the order in which they are run. */
export const files: ReadonlyArray<string> = [
  ...account.map((name) => `account/${name}`),
  ...classic.map((name) => `classic/${name}`),
  ...projection.map((name) => `projection/${name}`),
  ...validate.map((name) => `validate/${name}`),
  // Last: it covers all objects created before.
  "classic/privileges"
]

/** The text of a file. */
export const textOf = (file: string): string => readFileSync(new URL(`${file}.sql`, folder), "utf8")

/** The files with their texts. */
export const load = (): ReadonlyArray<SqlSchema.File> => files.map((name) => ({ name, text: textOf(name) }))

/** The schemas of the installation. */
export interface Options {
  /** The schema of the ledger's functions, `ledger` by default. */
  readonly schema?: string | undefined
  /** The schema of the store, `refold` by default. */
  readonly store?: string | undefined
}

/** Installs the ledger's SQL beside a store, or brings it up to date; see `SqlSchema.install`. */
export const install = (
  { schema, store }: Options = {}
): Effect.Effect<void, InvalidInput | EventStoreError, SqlClient.SqlClient> =>
  Effect.suspend(() => SqlSchema.install({ name: "ledger", schema, store, files: load(), values }))
