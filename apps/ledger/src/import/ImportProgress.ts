/** How an import tells how far it is, to whoever wants to show it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Called with the events stored so far, of how many, whenever that has changed. Nobody listens by default. */
export const ImportProgress = Context.Reference<(done: number, total: number) => Effect.Effect<void>>(
  "ledger/import/ImportProgress",
  { defaultValue: () => () => Effect.void }
)
