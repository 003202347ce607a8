/*
 * The README's example of @refold/store: an effect that needs the ports, and runs on each adapter.
 */
// #region handle
import { CommandHandler, State } from "@refold/store"
import * as Effect from "effect/Effect"
import { counter } from "./Counter.js"

const handle = CommandHandler.make(counter)

/** Stores one event. It needs an `EventStore` and what else an adapter provides. */
export const program = Effect.gen(function*() {
  // Under the same key a command is stored once.
  yield* handle("a", { _tag: "Count", by: 3 }, { idempotencyKey: "request-1" })
  yield* handle("a", { _tag: "Count", by: 3 }, { idempotencyKey: "request-1" })
  return yield* State.load(counter, "a")
})
// #endregion
