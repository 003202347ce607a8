/** Applies the plans for many keys in one transaction: appends events, stores rows, and updates the list of skipped rows. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import type * as SqlError from "effect/sql/SqlError"
import { appendEach } from "./AppendEach.ts"
import type { Plan, Write } from "./Plan.ts"
import * as SkippedRows from "./SkippedRows.ts"
import type { SourceTable } from "./SourceTable.ts"

/** The numbers of stored rows and events. */
export interface Counts {
  readonly seeded: number
  readonly changed: number
  readonly removed: number
  readonly events: number
}

/** The numbers of stored rows and events, and the keys that were listed as skipped. */
export interface Applied extends Counts {
  readonly skipped: ReadonlySet<string>
}

/** Applies plans, one for each key. Keys whose stream is at another version than expected are listed as skipped. */
export const apply = Effect.fnUntraced(function*(
  source: SourceTable,
  mapping: number,
  plans: ReadonlyArray<Plan>
): Effect.fn.Return<Applied, EventStoreError | SqlError.SqlError> {
  const writes = plans.filter((plan) => plan._tag === "Write")
  const refused = yield* appendEach(source, writes.filter(({ events }) => events.length > 0))
  const stored = writes.filter((write) => !refused.has(write))
  if (stored.length > 0) yield* saveRows(source, mapping, stored)
  const skips = [...plans.filter((plan) => plan._tag === "Skip"), ...refused.values()]
  yield* SkippedRows.save(source, mapping, skips)
  const mapped = [...stored, ...plans.filter((plan) => plan._tag === "Unchanged")]
  yield* SkippedRows.remove(source, mapping, mapped.filter(({ isSkipped }) => isSkipped).map(({ key }) => key))
  return { ...count(stored), skipped: new Set(skips.map(({ key }) => key)) }
})

// Stores rows as they were turned into events. '' stands for null: an array of the driver holds no NULL.
const saveRows = ({ database: { object, sql } }: SourceTable, mapping: number, writes: ReadonlyArray<Write>) =>
  sql`
    INSERT INTO ${object("legacy_rows")} AS known (legacy_table, key, stream, version, row)
    SELECT ${mapping}::int, r.key, nullif(r.stream, ''), r.version, nullif(r.row, '')::jsonb
    FROM unnest(
      ${writes.map(({ key }) => key)}::text[], ${writes.map(({ next }) => next.stream ?? "")}::text[],
      ${writes.map(({ next }) => BigInt(next.version))}::bigint[], ${writes.map(({ next }) => next.row ?? "")}::text[]
    ) AS r (key, stream, version, row)
    ON CONFLICT (legacy_table, key) DO UPDATE SET
      stream = excluded.stream, version = excluded.version, row = excluded.row`.unprepared

/** The numbers of rows and events that these writes store. */
export const count = (writes: ReadonlyArray<Write>): Counts => {
  const ofKind = (kind: Write["kind"]) => writes.filter((write) => write.kind === kind).length
  const events = writes.reduce((sum, write) => sum + write.events.length, 0)
  return { seeded: ofKind("seeded"), changed: ofKind("changed"), removed: ofKind("removed"), events }
}
