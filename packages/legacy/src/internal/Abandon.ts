/** Abandons a mapping: removes every trigger from the legacy table, and the data stored for the mapping. */
import type { Tagged } from "@refold/core/event/EventType"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { LegacyMapping } from "../LegacyMapping.ts"
import type { Failure } from "../LegacyReport.ts"
import * as Session from "./Session.ts"
import * as StoredMapping from "./StoredMapping.ts"
import { transaction } from "./Transaction.ts"
import * as Triggers from "./Triggers.ts"

/** Abandons the mapping; does nothing when it was never used. The legacy table need not exist any more. */
export const abandon = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>
): Effect.fn.Return<void, Failure, SqlClient.SqlClient> {
  const session = yield* Session.open(mapping, "abandon")
  const remove = Effect.gen(function*() {
    const known = yield* StoredMapping.findAndLock(session)
    if (known === undefined) return
    yield* Triggers.dropCapture(session, known.id)
    yield* Triggers.dropFreeze(session, known.id)
    yield* StoredMapping.remove(session, known.id)
  })
  yield* transaction(session, remove)
})
