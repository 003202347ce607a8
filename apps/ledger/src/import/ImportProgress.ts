/** Progress of an import. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Called with the events stored so far, of how many, whenever that has changed. Does nothing by default. */
export const ImportProgress = Context.Reference<(done: number, total: number) => Effect.Effect<void>>(
  "ledger/import/ImportProgress",
  { defaultValue: () => () => Effect.void }
)
