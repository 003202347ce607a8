/** Shared by operations over a whole table: the size of a batch, and the number of rows for `onProgress`. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type { SeedOptions } from "../LegacyMapping.ts"
import * as Session from "./Session.ts"
import type { SourceTable } from "./SourceTable.ts"

/** Takes some hundred milliseconds. */
export const defaultBatchSize = 1000

/** The number of rows at the start; counted only if it is reported. */
export const totalOf = (source: SourceTable, { onProgress }: SeedOptions): Effect.Effect<number, EventStoreError> => {
  if (onProgress === undefined) return Effect.succeed(0)
  const { database: { sql }, parts: { rows } } = source
  const counted = sql<{ readonly rows: bigint }>`SELECT count(*) AS rows FROM ${rows} AS q`.unprepared
  return Effect.map(Session.reported(source, counted), ([row]) => Number(row!.rows))
}
