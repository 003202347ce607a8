import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, expectTypeOf, it } from "vitest"
import type { Decider } from "../../src/decide/Decider.ts"
import * as Combinators from "../../src/decide/DeciderCombinators.ts"
import * as View from "../../src/decide/View.ts"
import { type Command, counter, door, type Event, type Refusal, type State } from "../support/Deciders.ts"

describe("neutral", () => {
  it("decides nothing, has no state and is terminal from the start", () => {
    const { decide, evolve, initialState, isTerminal } = Combinators.neutral
    expect(decide(undefined as never, initialState)).toEqual(Result.succeed([]))
    expect(evolve(initialState, undefined as never)).toBe(initialState)
    expect(isTerminal(initialState)).toBe(true)
  })

  it("composed with another decider changes nothing", () => {
    const composed = Combinators.compose(Combinators.neutral, door)
    expect(composed.decide(Combinators.right("open"), composed.initialState)).toEqual(
      Result.succeed([Combinators.right("opened")])
    )
    expect(composed.decide(Combinators.right("open"), [null, "gone"]))
      .toEqual(Result.fail(Combinators.right({ no: "cannot open a wall" })))
    expect(View.fold(composed, [Combinators.right("opened")])).toEqual([null, "open"])
    expect(composed.isTerminal([null, "gone"])).toBe(true)
    expect(composed.isTerminal([null, "open"])).toBe(false)
  })
})

describe("compose", () => {
  const both = Combinators.compose(door, counter)

  it("lets each side decide its own commands on its own state", () => {
    expect(both.initialState).toEqual(["closed", 0])
    expect(both.decide(Combinators.left("brick up"), ["open", 3]))
      .toEqual(Result.succeed([Combinators.left("closed"), Combinators.left("bricked up")]))
    expect(both.decide(Combinators.right(1), ["gone", 2])).toEqual(Result.succeed([Combinators.right({ by: 1 })]))
  })

  it("names the side of a refusal", () => {
    expect(both.decide(Combinators.left("open"), ["gone", 0])).toEqual(
      Result.fail(Combinators.left({ no: "cannot open a wall" }))
    )
    expect(both.decide(Combinators.right(9), ["open", 0])).toEqual(Result.fail(Combinators.right("too much")))
  })

  it("lets an event change its own side only", () => {
    expect(View.fold(both, [Combinators.left("opened"), Combinators.right({ by: 2 }), Combinators.left("bricked up")]))
      .toEqual(["gone", 2])
  })

  it("is terminal when both sides are", () => {
    const states: ReadonlyArray<readonly [State, number]> = [["open", 0], ["gone", 0], ["open", 3], ["gone", 3]]
    expect(states.map(both.isTerminal)).toEqual([false, false, false, true])
  })

  it("has a type that distinguishes the sides", () => {
    type Expected = Decider<
      Combinators.Side<Command, number>,
      readonly [State, number],
      Combinators.Side<Event, { readonly by: number }>,
      Combinators.Side<Refusal, "too much">
    >
    expectTypeOf(both).toEqualTypeOf<Expected>()
    // @ts-expect-error a command of the other side is not a command of this one
    both.decide(Combinators.left(1), both.initialState)
  })
})

describe("many", () => {
  const doors = Combinators.many(door)
  const states = View.fold(doors, [{ id: "a", value: "opened" }, { id: "b", value: "bricked up" }])

  it("decides for one instance on that instance's state", () => {
    expect(doors.decide({ id: "a", value: "close" }, states)).toEqual(Result.succeed([{ id: "a", value: "closed" }]))
    expect(doors.decide({ id: "b", value: "open" }, states))
      .toEqual(Result.fail({ id: "b", value: { no: "cannot open a wall" } }))
  })

  it("starts every instance in the initial state", () => {
    expect(doors.decide({ id: "new", value: "close" }, states)).toEqual(Result.succeed([]))
    expect(doors.decide({ id: "new", value: "open" }, states)).toEqual(Result.succeed([{ id: "new", value: "opened" }]))
  })

  it("lets an event change its own instance only", () => {
    const next = doors.evolve(states, { id: "a", value: "closed" })
    expect(Object.fromEntries(HashMap.toEntries(next))).toEqual({ a: "closed", b: "gone" })
    expect(HashMap.get(states, "a")).toEqual(Option.some("open"))
  })

  it("folds the events of an instance in their order", () => {
    const counters = Combinators.many(counter)
    const counted = View.fold(counters, [1, 2, 4].map((by) => ({ id: by === 2 ? "b" : "a", value: { by } })))
    expect(Object.fromEntries(HashMap.toEntries(counted))).toEqual({ a: 5, b: 2 })
  })

  it("distinguishes instances whose ids are names of object properties", () => {
    const odd = View.fold(doors, [{ id: "__proto__", value: "opened" }])
    expect(doors.decide({ id: "constructor", value: "open" }, odd))
      .toEqual(Result.succeed([{ id: "constructor", value: "opened" }]))
    expect(doors.decide({ id: "__proto__", value: "open" }, odd)).toEqual(Result.succeed([]))
  })

  it("is not terminal without instances, or while one of them is not terminal", () => {
    expect(doors.isTerminal(doors.initialState)).toBe(false)
    expect(doors.isTerminal(states)).toBe(false)
  })

  it("decides nothing more in a terminal state, for any instance", () => {
    const ended = View.fold(doors, [{ id: "a", value: "bricked up" }])
    const decided = doors.decide({ id: "new", value: "open" }, ended)
    expect(doors.isTerminal(ended) && Result.isSuccess(decided) && decided.success.length > 0).toBe(false)
  })
})

describe("adapt", () => {
  // The door's commands and events under other names, with further ones that do not concern the door.
  const adapted = Combinators.adapt(door, {
    command: (command: string) =>
      command.startsWith("door: ") ? Option.some(command.slice(6) as Command) : Option.none(),
    readEvent: (event: { readonly of: string; readonly what: string }) =>
      event.of === "door" ? Option.some(event.what as Event) : Option.none(),
    writeEvent: (event) => ({ of: "door", what: event })
  })

  it("decides a command in the other vocabulary", () => {
    expect(adapted.decide("door: open", "closed")).toEqual(Result.succeed([{ of: "door", what: "opened" }]))
  })

  it("decides nothing for a command of another vocabulary", () => {
    expect(adapted.decide("window: open", "closed")).toEqual(Result.succeed([]))
    expect(adapted.decide("window: open", "gone")).toEqual(Result.succeed([]))
  })

  it("leaves a refusal as it is", () => {
    expect(adapted.decide("door: open", "gone")).toEqual(Result.fail({ no: "cannot open a wall" }))
  })

  it("folds its own events and ignores others", () => {
    expect(View.fold(adapted, [{ of: "door", what: "opened" }, { of: "window", what: "closed" }])).toBe("open")
    expect(adapted.initialState).toBe("closed")
  })

  it("ends when the decider does", () => {
    expect((["open", "closed", "gone"] as const).map(adapted.isTerminal)).toEqual([false, false, true])
  })
})
