// A run of the playground: what is printed and shown, and what stops it.
import { expect, it } from "vitest"
import { limits } from "../../playground/Limits.ts"
import * as Timeline from "../../playground/page/Timeline.ts"
import { output } from "../support/Program.ts"
import { example, outputs, run, runText } from "./Run.ts"

it.each(outputs)("the example %s prints what its page shows, and its events are shown", async (name, shown) => {
  const { printed, problem, report } = await run(example(name))
  expect({ problem, printed }).toEqual({ problem: undefined, printed: output(shown) })
  expect(report.events.length).toBeGreaterThan(2)
  expect(report.notes).toEqual([])
})

it("a program without a store is shown with the array that it folds, and the state after each event", async () => {
  const { report: { events } } = await run(example("step2"))
  expect(events.map(({ state, type, version }) => [version, type, JSON.parse(state!)._tag])).toEqual([
    [1, "BookAcquired", "OnShelf"],
    [2, "BookLent", "OnLoan"],
    [3, "BookReturned", "OnShelf"],
    [4, "BookLent", "OnLoan"]
  ])
})

it("a program with a store is shown with its log, the state of each stream after each event, and the rows", async () => {
  const { report } = await run(example("step4"))
  expect(report.events[3]).toEqual({
    position: 4,
    stream: "book-dune",
    version: 2,
    type: "BookLent",
    data: `{"to":"ada"}`,
    state: `{"_tag":"OnLoan","title":"Dune","loans":1,"to":"ada"}`
  })
  const rowsAfter = (count: number) => Object.fromEntries(Timeline.at(report, count).rows.get("readers")!)
  expect(rowsAfter(3)).toEqual({})
  expect(rowsAfter(5)).toEqual({
    ada: `{"loans":1,"onLoan":["book-dune"]}`,
    bob: `{"loans":1,"onLoan":["book-emma"]}`
  })
})

it("a store that is opened with promises and not closed is shown", async () => {
  const text = example("promises").files[0]!.text.replace("await store.close()", "")
  const { problem, report } = await runText(text)
  expect(problem).toBeUndefined()
  expect(report.events).toHaveLength(4)
})

it("a program that is not awaited is shown when its store is closed", async () => {
  const text = example("card").files[0]!.text.replace("await Effect.runPromise", "void Effect.runPromise")
  expect((await runText(text)).report.events).toHaveLength(4)
})

it("an event that cannot be folded stops the rows of its projection, and nothing else", async () => {
  const { entry, files } = example("step4")
  const broken = files.map(({ name, text }) => ({ name, text: text.replace("onLoan.filter(", "onLoan.nothing(") }))
  const { report } = await run({ entry, files: broken })
  expect(report.events).toHaveLength(8)
  expect(report.notes).toEqual([
    expect.stringMatching(/^The rows of readers are those before event 6: .*not a function/)
  ])
})

it("what the compiler refuses is an error with its file and line", async () => {
  const { problem } = await runText("const one = 1\nconst two = = 2\n")
  expect(problem).toEqual({ message: "Unexpected token", file: "main.ts", line: 2 })
})

it("what the engine refuses to parse is an error with its message", async () => {
  expect((await runText("const one = 1\nconst one = 2\n")).problem?.message)
    .toBe("SyntaxError: Identifier 'one' has already been declared")
})

it("a thrown error is shown with its file and line", async () => {
  const program = {
    entry: "main.ts",
    files: [
      { name: "main.ts", text: `import { fail } from "./Fail.ts"\n\nfail(1)\n` },
      { name: "Fail.ts", text: `export const fail = (n: number): void => {\n  throw new Error(\`no \${n}\`)\n}\n` }
    ]
  }
  expect((await run(program)).problem).toEqual({ message: "Error: no 1", file: "Fail.ts", line: 2 })
})

it("an effect that fails is an error with its tag", async () => {
  const { problem } = await runText(
    `import { Effect } from "effect"\nawait Effect.runPromise(Effect.fail({ _tag: "NotLent", by: "ada" }))\n`
  )
  expect(problem?.message).toContain("NotLent")
})

it("an import of an unknown module is an error that names it, its line, and what there is", async () => {
  const { problem } = await runText(
    `import { Effect } from "effect"\nimport { z } from "zod"\nconsole.log(z, Effect)\n`
  )
  expect(problem).toMatchObject({ file: "main.ts", line: 2 })
  expect(problem?.message).toBe(
    `Import: There is no module "zod" here. There are effect, refold, main.ts, and modules below the packages.`
  )
})

it("a name that a module does not export is an error that lists what it exports", async () => {
  const { problem } = await runText(`import { Effects } from "effect"\nconsole.log(Effects)\n`)
  expect(problem?.message).toMatch(/^Error: "effect" has no "Effects" here\. It has Array, .*Effect, /)
})

it("modules can be imported by their own paths", async () => {
  const { printed } = await runText(
    `import * as Effect from "effect/Effect"\nimport * as View from "@refold/core/decide/View"\n` +
      `import { View as Same } from "refold"\nconsole.log(View.foldFrom === Same.foldFrom, typeof Effect.gen)\n`
  )
  expect(printed).toBe("true function\n")
})

it("code above the limit is not compiled", async () => {
  const { problem } = await runText(`export const text = "${"x".repeat(limits.code)}"`)
  expect(problem?.message).toBe("The code has 200,022 characters; at most 200,000 are compiled.")
})

it.each([
  ["lines", `for (let n = 0; n < 5000; n++) console.log(n)`],
  ["characters", `console.log("x".repeat(1_000_000))\nconsole.log("later")`]
])("output above the limit of %s is cut off, and says so", async (_, text) => {
  const { lines, printed } = await runText(text)
  expect(lines.length).toBeLessThanOrEqual(limits.lines + 1)
  expect(printed.length).toBeLessThan(limits.output + 2000)
  expect(lines.at(-1)).toEqual({
    level: "warn",
    text: "More output is not shown: it has more than 1,000 lines or 100,000 characters."
  })
})

it("events above the limit are not shown, and a long value is cut", async () => {
  const { entry, files } = example("step5")
  const many = files.map(({ name, text }) => ({
    name,
    text: text.replace("n < 125", "n < 300").replace("title: \"Dune\"", "title: \"Dune\".repeat(1000)")
  }))
  const { report } = await run({ entry, files: many })
  expect(report.events).toHaveLength(limits.events)
  expect(report.notes).toEqual(["The first 500 events are shown; states and rows are those up to there."])
  expect(report.events[0]!.data).toMatch(/^\{"title":"(?:Dune)+D?u?n?… \(4,012 characters\)$/)
})

it("values that have no JSON are printed as text", async () => {
  const { printed } = await runText(
    `const ring: { self?: unknown } = {}\nring.self = ring\nconsole.log(ring, 1n, undefined, new Error("no"), { a: 2n })\n`
  )
  expect(printed).toBe(`[object Object] 1 undefined Error: no {"a":"2n"}\n`)
})

it.each([
  ["throws in a trap", `throw new Proxy({}, { has() { throw 1 }, get() { throw 2 }, getPrototypeOf() { throw 3 } })`],
  ["throws in its message", `throw { stack: "", get message() { throw 1 } }`]
])("a thrown value that %s is an error without text", async (_, text) => {
  expect((await runText(text)).problem).toEqual({ message: "(a value without text)" })
})

it("a thrown value without a name, or whose stack cannot be read, is shown by its message", async () => {
  expect((await runText(`throw { message: "no", stack: "" }`)).problem?.message).toBe("Error: no")
  const text = `throw Object.defineProperty(new Error("no"), "stack", { get() { throw 1 } })`
  expect((await runText(text)).problem).toEqual({ message: "Error: no" })
})

it("printing a value that throws does not end the program", async () => {
  const { printed, problem } = await runText(`console.log(new Proxy({}, { has() { throw 1 } }))\nconsole.log("after")`)
  expect({ printed, problem }).toEqual({ printed: "(a value without text)\nafter\n", problem: undefined })
})

it("the changes of rows have a limit for all events together", async () => {
  const { entry, files } = example("step4")
  const keys = "return Array.from({ length: 900 }, (_, n) => `reader ${n}`)"
  const many = files.map(({ name, text }) => ({ name, text: text.replaceAll(/return \[(?:event\.\w+)?\]/g, keys) }))
  const { report } = await run({ entry, files: many })
  expect(report.changes).toHaveLength(4500)
  expect(report.notes).toEqual([
    "The rows of readers are those before event 6: Error: at most 5,000 changes of rows are shown"
  ])
})

it("a stopped run shows what there is so far", async () => {
  const { entry, files } = example("card")
  const [{ name, text }] = files as [typeof files[number]]
  const waiting = { name, text: text.replace("\n  const now =", "\n  yield* Effect.sleep(\"1 hour\")\n  const now =") }
  const stopped = new Promise<void>((resolve) => setTimeout(resolve, 300))
  const { problem, report } = await run({ entry, files: [waiting] }, stopped)
  expect(problem).toBeUndefined()
  expect(report.events).toHaveLength(4)
})
