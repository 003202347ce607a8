import { describe, expect, it } from "vitest"
import * as View from "../../src/decide/View.ts"

// A fold that shows which events it has seen, and in which order.
const seen: View.View<string, string> = { initialState: "·", evolve: (state, event) => state + event }

describe("fold", () => {
  it("of no events is the initial state", () => {
    expect(View.fold(seen, [])).toBe("·")
  })

  it("applies every event once, in order", () => {
    expect(View.fold(seen, ["a", "b", "c"])).toBe("·abc")
  })

  it("takes any iterable", () => {
    expect(View.fold(seen, new Set(["a", "b"]))).toBe("·ab")
  })
})

describe("foldFrom", () => {
  it("starts from the given state instead of the initial one", () => {
    expect(View.foldFrom(seen, "x", ["a"])).toBe("xa")
    expect(View.foldFrom(seen, "x", [])).toBe("x")
  })

  it("continues from the result of a fold of the earlier events", () => {
    expect(View.foldFrom(seen, View.fold(seen, ["a"]), ["b"])).toBe(View.fold(seen, ["a", "b"]))
  })
})
