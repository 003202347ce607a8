/** Rows of inline projections: written in the statement that appends their events, or later by a reader that folded them. */
import type { StoredRow } from "@refold/core/project/ProjectionFold"
import * as RetryPolicies from "@refold/store/internal/log/RetryPolicies"
import type { InlineRow } from "@refold/store/log/EventStore"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import type { RowsIdentity } from "@refold/store/project/ReadModelStore"
import * as Effect from "effect/Effect"
import type * as Statement from "effect/sql/Statement"
import type { Database } from "../../schema/internal/Database.ts"
import { queryUnlessGone } from "../../schema/internal/Query.ts"
import * as ProjectionRow from "./ProjectionRow.ts"

/**
 * The statement that appends and also writes the rows, with the position and version of the last event that was appended
 * to their stream; no row if nothing was appended. The events are stored first, because the answer is materialized.
 */
export const withInlineRows =
  ({ object, sql }: Database) =>
  <Row extends object>(append: Statement.Fragment, rows: ReadonlyArray<InlineRow>): Statement.Statement<Row> =>
    sql<Row>`
      WITH answers AS MATERIALIZED (${append})
      SELECT answers.*, (
        SELECT ${object("write_inline_rows")}(
          array_agg(i.projection), array_agg(i.projection_version), array_agg(i.definition), array_agg(i.stream), array_agg(i.state),
          array_agg(a."position"), array_agg(a.version)
        )
        FROM unnest(
          ${rows.map(({ projection }) => projection)}::text[], ${rows.map(({ version }) => version)}::int[],
          ${rows.map(({ definition }) => definition)}::text[], ${rows.map(({ stream }) => stream)}::text[], ${
      rows.map(({ state }) => JSON.stringify(state))
    }::text[]::jsonb[]
        ) AS i(projection, projection_version, definition, stream, state)
        JOIN answers AS a ON a.stream = i.stream AND a.outcome = 'appended'
      ) AS written
      FROM answers`

/** Writes rows that a reader has folded up to the end of their streams, if they are newer than the stored ones. */
export const catchUp = (
  database: Database,
  { definition, name, version }: RowsIdentity,
  rows: ReadonlyArray<StoredRow>
): Effect.Effect<void, EventStoreError> => {
  if (rows.length === 0) return Effect.void
  const operation = "catch up rows"
  const { object, sql } = database
  const { keys, positions, states, versions } = ProjectionRow.encode(rows)
  const statement = sql`
    SELECT ${object("write_inline_rows")}(
      ${rows.map(() => name)}::text[], ${rows.map(() => version)}::int[], ${
    rows.map(() => definition)
  }::text[], ${keys}::text[], ${states}::text[]::jsonb[],
      ${positions}::bigint[], ${versions}::bigint[]
    )`
  // A generation was dropped meanwhile; the retry does not include it.
  return queryUnlessGone(database, operation, statement).pipe(
    Effect.flatMap(Effect.fromOption),
    Effect.retry({ schedule: RetryPolicies.generationDropped, while: (error) => error._tag === "NoSuchElementError" }),
    Effect.catchTag("NoSuchElementError", (cause) => new EventStoreError({ operation, cause })),
    Effect.asVoid
  )
}
