import { createInterface } from "node:readline/promises"
import { PassThrough } from "node:stream"
import { expect, it } from "vitest"
import { askFlavour, askName } from "../src/internal/Questions.ts"

// A terminal that answers each question with the next line.
const answering = (...lines: ReadonlyArray<string>) => {
  const input = new PassThrough()
  const output = new PassThrough().setEncoding("utf8")
  const left = [...lines]
  let shown = ""
  output.on("data", (text: string) => {
    shown += text
    if (text.includes("): ")) input.write(`${left.shift() ?? ""}\n`)
  })
  const show = (text: string) => void output.write(text)
  return { terminal: createInterface({ input, output }), show, shown: () => shown }
}

it("a name is asked for until it can be used, and a refused one is explained", async () => {
  const { show, shown, terminal } = answering("Not This", "seats")
  expect(await askName(terminal, show)).toBe("seats")
  expect(shown()).toContain("the name \"Not This\" must be 1 to 100 lower-case letters")
})

it("Enter alone is my-app, with promises", async () => {
  const { show, terminal } = answering("", "")
  expect(await askName(terminal, show)).toBe("my-app")
  expect(await askFlavour(terminal)).toBe("promise")
})

it.each([["e", "effect"], ["Effect", "effect"], ["p", "promise"]])("%j is the flavour %s", async (line, flavour) => {
  expect(await askFlavour(answering(line).terminal)).toBe(flavour)
})
