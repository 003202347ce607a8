// The programs of the tutorial, run where they are, print what the pages show.
import * as Path from "node:path"
import { expect, it } from "vitest"
import { root } from "../Quotes.ts"
import { output, run } from "../support/Program.ts"

const step = (n: number, file = "main.ts") => Path.join(root, `docs/examples/tutorial/step${n}/${file}`)

it.each([1, 2, 3, 4, 5, 7])("step %i prints what its page shows", (n) => {
  expect(run([step(n)])).toBe(output(`tutorial-step${n}`))
})

it.each([3, 4, 5, 7])("step %i with promises prints the same as with effects", (n) => {
  expect(run([step(n, "promises/main.ts")])).toBe(output(`tutorial-step${n}`))
})

it.each([[2, "BookDecider.test.ts"], [6, "BookDecider.test.ts"], [7, "Checkout.test.ts"]])(
  "the examples of step %i hold",
  (n, file) => {
    expect(run(["--test", "--test-reporter=tap", step(n, file)])).toMatch(/^# fail 0$/m)
  }
)
