/** Begins to capture the changes of a legacy table by triggers. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { LegacyMapping } from "../../LegacyMapping.ts"
import type { Failure } from "../../LegacyReport.ts"
import * as Source from "./Source.ts"
import * as Transaction from "./Transaction.ts"

/** Puts the triggers on the legacy table, or sees that they are there. */
export const capture = Effect.fnUntraced(function*<Row, State, Event extends { readonly _tag: string }>(
  mapping: LegacyMapping<Row, State, Event>
): Effect.fn.Return<void, Failure, SqlClient.SqlClient> {
  const source = yield* Source.open(mapping, "capture")
  if (!source.isCapturable) {
    const rule =
      "must be an ordinary table without parent or children, or a whole partitioned one, that has the key as a column, " +
      "to be captured"
    return yield* new InvalidInput({ field: "table", rule })
  }
  const begin = Effect.gen(function*() {
    const { id } = yield* Transaction.hold(source)
    yield* source.query("limit_wait", { millis: maxWait })
    yield* source.query("start_capture", { id })
  })
  yield* Transaction.atomically(source, begin)
})

// Writers queue behind the one who waits for a lock, so none of the tries may take long.
const maxWait = "1000"
