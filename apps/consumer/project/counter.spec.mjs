// A user's examples, under node:test instead of Vitest: the second one is wrong.
import * as Spec from "@refold/laws/Spec"
import test from "node:test"
import { decider } from "./Counter.js"

const three = { _tag: "Counted", by: 3 }

await test("counting continues from the given count", () => {
  Spec.for(decider).given([three]).when({ _tag: "Count", by: 4 }).then([{ _tag: "Counted", by: 4 }])
  Spec.for(decider).given([three]).when({ _tag: "Count", by: 8 }).thenRefused("TooFar")
})

await test("counting starts at three", () => {
  Spec.for(decider).when({ _tag: "Count", by: 8 }).thenRefused("TooFar")
})
