import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Decider from "../../src/decide/Decider.ts"
import * as View from "../../src/decide/View.ts"

// A door that opens, closes and can be bricked up for good.
type Command = "open" | "close" | "brick up"
type Event = "opened" | "closed" | "bricked up"
type State = "open" | "closed" | "gone"
interface Refusal {
  readonly no: string
}

const door: Decider.Decider<Command, State, Event, Refusal> = {
  initialState: "closed",
  decide: (command, state) => {
    if (state === "gone") return Result.fail({ no: `cannot ${command} a wall` })
    if (command === "brick up") return Result.succeed(state === "open" ? ["closed", "bricked up"] : ["bricked up"])
    if (command === "open") return Result.succeed(state === "open" ? [] : ["opened"])
    return Result.succeed(state === "closed" ? [] : ["closed"])
  },
  evolve: (_, event) => ({ opened: "open", closed: "closed", "bricked up": "gone" } as const)[event],
  isTerminal: (state) => state === "gone"
}

// A counter that has nothing in common with a door.
const counter = Decider.make({
  initialState: 0,
  decide: (by: number, state: number): Result.Result<ReadonlyArray<{ readonly by: number }>, "too much"> =>
    state + by > 3 ? Result.fail("too much") : Result.succeed([{ by }]),
  evolve: (state: number, { by }: { readonly by: number }) => state + by,
  isTerminal: (state) => state === 3
})

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

describe("neutral", () => {
  it("decides nothing, remembers nothing and is over from the start", () => {
    const { decide, evolve, initialState, isTerminal } = Decider.neutral
    expect(decide(undefined as never, initialState)).toEqual(Result.succeed([]))
    expect(evolve(initialState, undefined as never)).toBe(initialState)
    expect(isTerminal(initialState)).toBe(true)
  })

  it("beside another decider changes nothing", () => {
    const composed = Decider.compose(Decider.neutral, door)
    expect(composed.decide(Decider.right("open"), composed.initialState)).toEqual(
      Result.succeed([Decider.right("opened")])
    )
    expect(composed.decide(Decider.right("open"), [null, "gone"]))
      .toEqual(Result.fail(Decider.right({ no: "cannot open a wall" })))
    expect(View.fold(composed, [Decider.right("opened")])).toEqual([null, "open"])
    expect(composed.isTerminal([null, "gone"])).toBe(true)
    expect(composed.isTerminal([null, "open"])).toBe(false)
  })
})

describe("compose", () => {
  const both = Decider.compose(door, counter)

  it("lets each side decide its own commands on its own state", () => {
    expect(both.initialState).toEqual(["closed", 0])
    expect(both.decide(Decider.left("brick up"), ["open", 3]))
      .toEqual(Result.succeed([Decider.left("closed"), Decider.left("bricked up")]))
    expect(both.decide(Decider.right(1), ["gone", 2])).toEqual(Result.succeed([Decider.right({ by: 1 })]))
  })

  it("says whose refusal it is", () => {
    expect(both.decide(Decider.left("open"), ["gone", 0])).toEqual(
      Result.fail(Decider.left({ no: "cannot open a wall" }))
    )
    expect(both.decide(Decider.right(9), ["open", 0])).toEqual(Result.fail(Decider.right("too much")))
  })

  it("lets an event change its own side only", () => {
    expect(View.fold(both, [Decider.left("opened"), Decider.right({ by: 2 }), Decider.left("bricked up")]))
      .toEqual(["gone", 2])
  })

  it("is terminal when both sides are", () => {
    const states: ReadonlyArray<readonly [State, number]> = [["open", 0], ["gone", 0], ["open", 3], ["gone", 3]]
    expect(states.map(both.isTerminal)).toEqual([false, false, false, true])
  })

  it("has a type that keeps the sides apart", () => {
    type Expected = Decider.Decider<
      Decider.Side<Command, number>,
      readonly [State, number],
      Decider.Side<Event, { readonly by: number }>,
      Decider.Side<Refusal, "too much">
    >
    expectTypeOf(both).toEqualTypeOf<Expected>()
    // @ts-expect-error a command of the other side is no command of this one
    both.decide(Decider.left(1), both.initialState)
  })
})

describe("many", () => {
  const doors = Decider.many(door)
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

  it("folds the events of an instance one upon the other", () => {
    const counters = Decider.many(counter)
    const counted = View.fold(counters, [1, 2, 4].map((by) => ({ id: by === 2 ? "b" : "a", value: { by } })))
    expect(Object.fromEntries(HashMap.toEntries(counted))).toEqual({ a: 5, b: 2 })
  })

  it("keeps instances apart whose ids are names of object properties", () => {
    const odd = View.fold(doors, [{ id: "__proto__", value: "opened" }])
    expect(doors.decide({ id: "constructor", value: "open" }, odd))
      .toEqual(Result.succeed([{ id: "constructor", value: "opened" }]))
    expect(doors.decide({ id: "__proto__", value: "open" }, odd)).toEqual(Result.succeed([]))
  })

  it("is not terminal as long as there is no instance, or one goes on", () => {
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
  // Doors as a house sees them: its own words, and others that are none of the door's business.
  const adapted = Decider.adapt(door, {
    command: (command: string) =>
      command.startsWith("door: ") ? Option.some(command.slice(6) as Command) : Option.none(),
    readEvent: (event: { readonly of: string; readonly what: string }) =>
      event.of === "door" ? Option.some(event.what as Event) : Option.none(),
    writeEvent: (event) => ({ of: "door", what: event })
  })

  it("decides a command in the other vocabulary", () => {
    expect(adapted.decide("door: open", "closed")).toEqual(Result.succeed([{ of: "door", what: "opened" }]))
  })

  it("decides nothing on a command that is not its own", () => {
    expect(adapted.decide("window: open", "closed")).toEqual(Result.succeed([]))
    expect(adapted.decide("window: open", "gone")).toEqual(Result.succeed([]))
  })

  it("leaves a refusal as it is", () => {
    expect(adapted.decide("door: open", "gone")).toEqual(Result.fail({ no: "cannot open a wall" }))
  })

  it("folds its own events and leaves others alone", () => {
    expect(View.fold(adapted, [{ of: "door", what: "opened" }, { of: "window", what: "closed" }])).toBe("open")
    expect(adapted.initialState).toBe("closed")
  })

  it("ends when the decider does", () => {
    expect((["open", "closed", "gone"] as const).map(adapted.isTerminal)).toEqual([false, false, true])
  })
})
