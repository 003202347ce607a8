/** Failures of the database as errors of the store, named after the operation that the user called. */
import * as Database from "@refold/postgres/internal/schema/Database"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import type * as SqlError from "effect/sql/SqlError"

/** The functions of `LegacyTable` that use the database. */
export type Operation =
  | "install"
  | "seed"
  | "dryRun"
  | "skipped"
  | "capture"
  | "catchUp"
  | "follow"
  | "reconcile"
  | "switchOver"
  | "abandon"

/** A failed statement. */
export const failed = (operation: Operation, error: SqlError.SqlError): EventStoreError =>
  failedBecause(operation, Database.explain(error))

/** A failure for another reason. */
export const failedBecause = (operation: Operation, cause: Error): EventStoreError =>
  new EventStoreError({ operation: `LegacyTable.${operation}`, cause })
