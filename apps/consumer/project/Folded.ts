/*
 * The README's example of @refold/core: a history is folded, and a command is decided, without a store.
 */
// #region fold
import { View } from "@refold/core"
import { Counted, decider } from "./Counter.js"

const history = [Counted.make({ by: 3 }), Counted.make({ by: 4 })]

/** State is a fold over events: 7. */
export const state = View.fold(decider, history)

/** A command is decided on it: `Result.fail("TooFar")`, and nothing is stored. */
export const decision = decider.decide({ _tag: "Count", by: 4 }, state)
// #endregion
