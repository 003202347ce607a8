/** Who watches over functions of yours that must not take for ever: `decide`, `evolve`, and what a process reacts with. */
import * as Context from "effect/Context"

/** Runs a function and gives what it gives; may throw instead, where it takes too long. */
export interface Watchdog {
  readonly run: <A>(run: () => A) => A
}

/**
 * By default nobody watches, for JavaScript cannot interrupt a function that does not end. Where the platform can, provide
 * one that does: `NodeWatchdog.layer` of `@refold/postgres`. What it throws becomes a `DeciderFault`.
 */
export const Watchdog = Context.Reference<Watchdog>("@refold/store/Watchdog", {
  defaultValue: () => ({ run: (run) => run() })
})
