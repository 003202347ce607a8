/** How the seeding of a legacy table tells how far it is, to whoever wants to show it. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Called with the rows done so far, of how many, after each batch. Nobody listens by default. */
export const LegacyProgress = Context.Reference<(done: number, total: number) => Effect.Effect<void>>(
  "ledger/legacy/LegacyProgress",
  { defaultValue: () => () => Effect.void }
)
