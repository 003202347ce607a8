/** The rows of a table page by page, each page after the last row of the one before. */
import type { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Database } from "../../schema/internal/Database.ts"
import { query, type Rows } from "../../schema/internal/Query.ts"

/** All rows; `select` returns at most `size` rows after a row, or the first ones. */
export const pages = <Row>(
  database: Database,
  operation: string,
  size: number,
  select: (after: Row | undefined) => Rows<Row>
): Stream.Stream<Row, EventStoreError> =>
  Stream.paginate(undefined as Row | undefined, (after) =>
    Effect.map(
      query(database, operation, select(after)),
      (rows) => [rows, rows.length < size ? Option.none() : Option.some(rows.at(-1))] as const
    ))
