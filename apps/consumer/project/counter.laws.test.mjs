// The README's example of @refold/laws: examples and laws of the counter, under Vitest.
// #region laws
import { DeciderSuite, Spec } from "@refold/laws"
import * as fc from "fast-check"
import { test } from "vitest"
import { Counted, decider } from "./Counter.js"

test("counting goes on from what was counted", () => {
  Spec.for(decider).given([Counted.make({ by: 3 })]).when({ _tag: "Count", by: 8 }).thenRefused("TooFar")
})

DeciderSuite.suite("the counter", decider, {
  commands: fc.record({ _tag: fc.constant("Count"), by: fc.integer({ min: -20, max: 20 }) })
})
// #endregion
