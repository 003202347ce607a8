import * as Result from "effect/Result"
import { describe, expect, expectTypeOf, it } from "vitest"
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

type Event = { readonly _tag: "Paid"; readonly cents: number } | { readonly _tag: "Closed" }
type Refusal = { readonly _tag: "NotEnough"; readonly cents: number } | { readonly _tag: "IsClosed" }

describe("accept and refuse", () => {
  const decide = (cents: number): Decider.Decision<Event, Refusal> => {
    if (cents === 0) return Decider.refuse({ _tag: "IsClosed" })
    if (cents < 0) return Decider.refuse({ _tag: "NotEnough", cents })
    return Decider.accept({ _tag: "Paid", cents }, { _tag: "Closed" })
  }

  it("are the success and the failure of a decision", () => {
    expect(decide(5)).toEqual(Result.succeed([{ _tag: "Paid", cents: 5 }, { _tag: "Closed" }]))
    expect(decide(-5)).toEqual(Result.fail({ _tag: "NotEnough", cents: -5 }))
  })

  // What stands under `@ts-expect-error` is judged by `tsc`, at the line of the mistake: with `Result.fail` the error is at
  // `decide`, in eight lines about the parts of a Result.
  it("have their type errors at the event or the refusal that is wrong", () => {
    const definition = { initialState: 0, evolve: (state: number) => state }
    const wrong = Decider.make<number, number, Event, Refusal>({
      ...definition,
      decide: (cents) => {
        if (cents === 0) {
          return Decider.refuse({
            // @ts-expect-error -- did you mean "IsClosed"?
            _tag: "IsClose"
          })
        }
        return Decider.accept(
          { _tag: "Closed" },
          // @ts-expect-error -- the event has no cents
          { _tag: "Paid" }
        )
      }
    })
    expectTypeOf(wrong.decide).returns.toEqualTypeOf<Decider.Decision<Event, Refusal>>()
    // @ts-expect-error -- the refusal has no cents
    const incomplete = (): Decider.Decision<Event, Refusal> => Decider.refuse({ _tag: "NotEnough" })
    // @ts-expect-error -- give decide the return type Decider.Decision<Event, Refusal>
    const untyped = () => Decider.refuse({ _tag: "IsClosed" })
    for (const decided of [wrong.decide(0, 0), incomplete()]) expect(Result.isFailure(decided)).toBe(true)
    expect(Result.isFailure(untyped())).toBe(true)
  })
})
