// Texts that databases can hold, with the characters that they order in different ways.
import * as fc from "fast-check"

const parts = ["", "a", "b", "B", "-", "\n", "é", "\ud7ff", "\ue000", "\uff5e", "\uffff", "\u{10000}", "\u{1f600}"]

export const texts: fc.Arbitrary<string> = fc.array(fc.constantFrom(...parts), { maxLength: 4 })
  .map((parts) => parts.join(""))
