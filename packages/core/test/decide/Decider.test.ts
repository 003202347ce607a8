import { describe, expect, it } from "vitest"
import * as Decider from "../../src/decide/Decider.ts"
import { counter } from "../support/Deciders.ts"

describe("make", () => {
  it("without isTerminal makes a decider that never ends", () => {
    const { isTerminal: _, ...definition } = counter
    expect(Decider.make(definition).isTerminal(3)).toBe(false)
  })

  it("keeps an isTerminal that is given", () => {
    expect(counter.isTerminal(3)).toBe(true)
    expect(counter.isTerminal(2)).toBe(false)
  })
})
