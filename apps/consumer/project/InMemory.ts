/*
 * The README's example of @refold/memory.
 */
// #region memory
import { MemoryStore } from "@refold/memory"
import * as Effect from "effect/Effect"
import { program } from "./Handled.js"

/** The state and the version after the program, on a store that is empty at first and ends with it. */
export const { state, version } = await Effect.runPromise(Effect.provide(program, MemoryStore.layer))
// #endregion
