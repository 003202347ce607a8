// The programs of the tutorial print what its pages show.
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import { Effect } from "effect"
import * as Path from "node:path"
import { expect, it } from "vitest"
import { root } from "../Quotes.ts"
import { output, run, withFolder } from "../support/Program.ts"

const step = (n: number, file = "main.ts") => Path.join(root, `docs/examples/tutorial/step${n}/${file}`)

it.each([1, 2, 3, 4, 5, 7])("step %i prints what its page shows", (n) => {
  expect(run([step(n)])).toBe(output(`tutorial-step${n}`))
})

it("step 3 on a folder goes on from what an earlier run stored", () => {
  withFolder((folder) => {
    expect(run([step(3), "library"], { cwd: folder })).toBe(output("tutorial-step3"))
    expect(run([step(3), "library"], { cwd: folder })).toBe(output("tutorial-step3-again"))
  })
})

it("step 6 reads what step 5 stored, and a second run stores nothing", () => {
  withFolder((folder) => {
    expect(run([step(5), "library"], { cwd: folder })).toBe(output("tutorial-step5"))
    expect(run([step(6), "library"], { cwd: folder })).toBe(output("tutorial-step6"))
    expect(run([step(6), "library"], { cwd: folder })).toBe(output("tutorial-step6"))
  })
})

it("step 8 loses nothing and does nothing twice, though programs are killed, and a second run stores nothing", async () => {
  await Effect.gen(function*() {
    const env = { DATABASE_URL: yield* freshDatabase() }
    expect(run([step(8)], { env })).toBe(output("tutorial-step8"))
    expect(run([step(8)], { env })).toBe(output("tutorial-step8"))
  }).pipe(Effect.scoped, Effect.runPromise)
})

it.each([[2, "BookDecider.test.ts"], [7, "Checkout.test.ts"]])("the examples of step %i hold", (n, file) => {
  expect(run(["--test", "--test-reporter=tap", step(n, file)])).toMatch(/^# fail 0$/m)
})
