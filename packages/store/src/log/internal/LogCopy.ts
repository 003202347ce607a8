/**
 * For tests of what happens when a log goes back: a store whose content can be copied and put back under the programs that
 * use it, as by a fail-over to a standby that lags behind.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Copies the whole content of a store: events, rows, checkpoints, snapshots, keys. */
export class LogCopy extends Context.Service<LogCopy, {
  /** Takes a copy. The returned effect restores it as another instance of the log; open batches fail. */
  readonly take: Effect.Effect<Effect.Effect<void>>
}>()("@refold/store/internal/LogCopy") {}
