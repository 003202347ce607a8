/** Starts to capture the changes of a legacy table by triggers. */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { LegacyMapping } from "../LegacyMapping.ts"
import type { Failure } from "../LegacyReport.ts"
import * as Settings from "./Settings.ts"
import * as SourceTable from "./SourceTable.ts"
import * as StoredMapping from "./StoredMapping.ts"
import { transaction } from "./Transaction.ts"
import * as Triggers from "./Triggers.ts"

/** Creates the triggers on the legacy table, unless they exist and are enabled. */
export const capture = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>
): Effect.fn.Return<void, Failure, SqlClient.SqlClient> {
  const source = yield* SourceTable.open(mapping, "capture")
  if (!source.isCapturable) {
    const rule =
      "must be an ordinary table without parents or children, or a whole partitioned table, and have the key " +
      "as a column: triggers see all changes only of these"
    return yield* new InvalidInput({ field: "table", rule })
  }
  const begin = Effect.gen(function*() {
    const { id } = yield* StoredMapping.lock(source)
    yield* Settings.limitWait(source.database.sql, maxWaitMillis)
    yield* Triggers.createCapture(source, id)
  })
  yield* transaction(source, begin)
})

// Writers queue behind a wait for the table's lock, so each attempt is short.
const maxWaitMillis = 1000
