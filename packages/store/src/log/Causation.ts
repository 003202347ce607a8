/** The metadata of what causes a command: correlation id, causation id, actor. Passed on in the fiber's context. */
import type { Metadata } from "@refold/core/event/NewEvent"
import * as Context from "effect/Context"

/**
 * Metadata that handlers store with every event; the metadata of the command takes precedence. Empty by default. Provided
 * by `Middleware.correlation` for a request, and by `ProcessRunner` for the commands that a process sends.
 */
export const Causation = Context.Reference<Metadata>("@refold/store/Causation", { defaultValue: () => ({}) })
