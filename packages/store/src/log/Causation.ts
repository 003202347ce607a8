/** Who and what causes the events that are being decided, carried along by whoever runs the decision. */
import type { Metadata } from "@refold/core/event/NewEvent"
import * as Context from "effect/Context"

/**
 * Stored with every event that a handler appends, below the metadata that the command itself brings. Nothing, unless
 * somebody provides it: `Middleware.correlation` for a request, the runner of a process for the commands that it sends.
 */
export const Causation = Context.Reference<Metadata>("@refold/store/Causation", { defaultValue: () => ({}) })
