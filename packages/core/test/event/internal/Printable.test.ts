import { expect, it } from "vitest"
import { printable } from "../../../src/event/internal/Printable.ts"
import { InvalidInput } from "../../../src/event/InvalidInput.ts"

it.each([
  ["plain é 🐎 \u202e", "plain é 🐎 \u202e"],
  ["a\nlevel=ERROR forged", String.raw`a\u000alevel=ERROR forged`],
  ["\u001b[2J\u007f\u0085\u009b\u2028\u2029\u0000", String.raw`\u001b[2J\u007f\u0085\u009b\u2028\u2029\u0000`]
])("%j is printed on one line", (text, printed) => expect(printable(text)).toBe(printed))

it("the message of an invalid input is one line, whatever its field is called", () => {
  expect(new InvalidInput({ field: "data.a\nERROR", rule: "must be JSON\u001b[0m" }).message)
    .toBe(String.raw`data.a\u000aERROR must be JSON\u001b[0m`)
})
