/** Progress of the seeding of a legacy table. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Called with the rows done so far, of how many, after each batch. Does nothing by default. */
export const LegacyProgress = Context.Reference<(done: number, total: number) => Effect.Effect<void>>(
  "ledger/legacy/LegacyProgress",
  { defaultValue: () => () => Effect.void }
)
