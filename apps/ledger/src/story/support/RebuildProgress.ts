/** The progress of a rebuild, for a progress bar. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Progress } from "refold/Rebuild"

/** Called after each batch of a rebuild. The default does nothing. */
export const RebuildProgress = Context.Reference<(progress: Progress) => Effect.Effect<void>>(
  "ledger/story/RebuildProgress",
  { defaultValue: () => () => Effect.void }
)
