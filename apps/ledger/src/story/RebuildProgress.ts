/** How a rebuild tells how far it is, to whoever wants to show it. */
import type { Progress } from "@refold/store/project/Rebuild"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"

/** Called after each batch of a rebuild. Nobody listens by default. */
export const RebuildProgress = Context.Reference<(progress: Progress) => Effect.Effect<void>>(
  "ledger/story/RebuildProgress",
  { defaultValue: () => () => Effect.void }
)
