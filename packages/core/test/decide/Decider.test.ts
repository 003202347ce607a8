import * as Result from "effect/Result"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Decider from "../../src/decide/Decider.ts"
import { counter } from "../support/Deciders.ts"

describe("make", () => {
  it("without isTerminal makes a decider without final states", () => {
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

describe("a decide that returns plain objects", () => {
  const decider = Decider.make<number, number, Event, Refusal>({
    initialState: 0,
    evolve: (state) => state,
    decide: (cents) => {
      if (cents === 0) return { refused: { _tag: "IsClosed" } }
      // Both ways in one function.
      if (cents < 0) return Decider.refuse({ _tag: "NotEnough", cents })
      return { events: [{ _tag: "Paid", cents }, { _tag: "Closed" }] }
    }
  })

  it("decides as one that returns results", () => {
    expect(decider.decide(5, 0)).toEqual(Result.succeed([{ _tag: "Paid", cents: 5 }, { _tag: "Closed" }]))
    expect(decider.decide(0, 0)).toEqual(Result.fail({ _tag: "IsClosed" }))
    expect(decider.decide(-1, 0)).toEqual(Result.fail({ _tag: "NotEnough", cents: -1 }))
  })

  it.each([[{}], [{ events: [], refused: "no" }], [{ events: undefined }], [null], ["no"]])(
    "that returns %j is a fault of the decider",
    (decided) => {
      const wrong = Decider.make<number, number, Event, Refusal>({
        initialState: 0,
        evolve: (state) => state,
        decide: () => decided as never
      })
      let answer: unknown
      try {
        answer = wrong.decide(1, 0)
      } catch (error) {
        answer = error
      }
      expect(Result.isResult(answer)).toBe(false)
    }
  )

  it("is typed as the events and refusals of the decider", () => {
    const definition = { initialState: 0, evolve: (state: number) => state }
    const wrong = Decider.make<number, number, Event, Refusal>({
      ...definition,
      // @ts-expect-error -- did you mean "IsClosed"?
      decide: (cents) => cents === 0 ? { refused: { _tag: "IsClose" } } : { events: [] }
    })
    const both = Decider.make<number, number, Event, Refusal>({
      ...definition,
      // @ts-expect-error -- either events or a refusal
      decide: () => ({ events: [], refused: { _tag: "IsClosed" } })
    })
    // Event and Refusal are those of the function.
    const inferred = Decider.make({
      ...definition,
      decide: (cents: number): Decider.PlainDecision<Event, Refusal> =>
        cents === 0 ? { refused: { _tag: "IsClosed" } } : { events: [{ _tag: "Paid", cents }] }
    })
    expectTypeOf(inferred).toEqualTypeOf<Decider.Decider<number, number, Event, Refusal>>()
    expect([wrong, both, inferred].every(({ isTerminal }) => !isTerminal(0))).toBe(true)
  })
})

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

  // Code under `@ts-expect-error` is checked by `tsc`, which reports each error at its line: with `Result.fail` the error is at
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
