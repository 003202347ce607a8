import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as EventCodec from "../../../src/event/EventCodec.ts"
import * as EventType from "../../../src/event/EventType.ts"
import type { MessageBody } from "../../../src/process/internal/ProcessMessage.ts"
import * as Process from "../../../src/process/Process.ts"
import { handled, jar, observe, Requested, reread, retry, Taken, trigger } from "../../support/Transfers.ts"

// Stored as one event, and read as a request and a number of taken coins.
const Moved = EventType.make("Moved", Schema.Struct({ transfers: Schema.Array(Schema.String) })).pipe(
  EventType.splitInto(
    [Requested, Taken],
    ({ transfers }) =>
      transfers.flatMap((transfer) => [Requested.make({ transfer, coins: 5 }), Taken.make({ transfer })])
  )
)
const definition: Process.Definition<typeof Requested.Event | typeof Taken.Event, ReadonlyArray<string>> = {
  name: "transfers",
  events: EventCodec.makeUnsafe([Requested, Taken, Moved, EventType.retired("Counted")]),
  targets: [jar],
  correlate: ({ transfer }) => Option.some(transfer),
  initialState: [],
  evolve: (inputs, { _tag }) => [...inputs, _tag],
  react: (inputs, { _tag }) => [Process.send(jar, `${_tag}${inputs.length}`, { _tag: "Add", coins: 1 })]
}
const processOf = (changes: Partial<typeof definition> = {}) => Process.makeUnsafe({ ...definition, ...changes })

const stored = (transfers: ReadonlyArray<string>, parts?: ReadonlyArray<number>): MessageBody => ({
  _tag: "Observe",
  trigger: {
    ...trigger(1, Taken.make({ transfer: "1" })),
    type: "Moved",
    data: { transfers },
    ...parts !== undefined && { parts }
  }
})
const native = [
  observe(1, Requested.make({ transfer: "1", coins: 5 })),
  observe(2, Taken.make({ transfer: "1" }))
] as const
const idsOf = ({ pending }: ReturnType<typeof handled>) => pending.commands.map(({ id }) => id)

describe("an instance that observes a stored event of several domain events", () => {
  it("reacts to each in the state after it, in one decision", () => {
    const process = processOf()
    const split = handled(process, stored(["1"]))
    expect(split.events).toHaveLength(1)
    expect(split.state).toEqual(Result.succeed(["Requested", "Taken"]))
    expect(split.state).toEqual(handled(process, ...native).state)
    expect(idsOf(split)).toEqual(["Requested1", "Taken2"])
    expect(idsOf(split)).toEqual(idsOf(handled(process, ...native)))
  })

  it("observes only those that are for it, and the stored event once", () => {
    const process = processOf()
    const split = handled(process, stored(["1", "2"], [0, 1]), stored(["1", "2"], [0, 1]))
    expect(split.events).toHaveLength(1)
    expect(split.state).toEqual(Result.succeed(["Requested", "Taken"]))
    expect(handled(process, stored(["2", "1"], [3])).state).toEqual(Result.succeed(["Taken"]))
  })

  it("observes more of them than a function call takes arguments, in linear time", () => {
    const transfers = Array.from({ length: 100_000 }, (_, index) => String(index % 2))
    const parts = transfers.flatMap((transfer, index) => transfer === "1" ? [2 * index, 2 * index + 1] : [])
    const counting = Process.makeUnsafe({
      ...definition,
      initialState: 0,
      evolve: (count: number) => count + 1,
      react: () => [],
      phase: undefined,
      progress: undefined
    })
    const { events, state } = handled(counting, stored(transfers, parts))
    expect(state).toEqual(Result.succeed(100_000))
    expect(reread(counting, events).state).toEqual(state)
  })

  it("is the fold of its stream", () => {
    const process = processOf()
    const split = handled(process, stored(["1", "2"], [1, 2]))
    expect(reread(process, split.events)).toEqual(split)
  })

  it("ignores those after its completion, also when its stream is folded again", () => {
    const completing = processOf({ react: (_, { _tag }) => _tag === "Requested" ? [Process.complete] : [] })
    for (const parts of [undefined, [0, 1]]) {
      const split = handled(completing, stored(["1"], parts))
      expect(split.state).toEqual(Result.succeed(["Requested"]))
      expect(split.pending.isCompleted).toBe(true)
      expect(split.events).toMatchObject([{ _tag: "ProcessReacted", trigger: { parts: [0] } }])
      expect(reread(completing, split.events)).toEqual(split)
    }
  })

  it("is parked as a whole if it cannot react to one of them, and reacts to all after a fix", () => {
    const broken = processOf({
      evolve: (inputs, { _tag }) => {
        if (_tag === "Taken") throw new Error("no")
        return [...inputs, _tag]
      }
    })
    const parked = handled(broken, stored(["1"]))
    expect(parked.events).toMatchObject([{ _tag: "ProcessParked", stage: "Evolve" }])
    expect(parked.state).toEqual(Result.succeed([]))
    expect(idsOf(parked)).toEqual([])
    const repaired = reread(processOf(), parked.events, retry)
    expect(repaired.state).toEqual(Result.succeed(["Requested", "Taken"]))
    expect(idsOf(repaired)).toEqual(["Requested1", "Taken2"])
  })

  it("records nothing if none of them changes anything", () => {
    const idle = processOf({ evolve: (inputs) => inputs, react: () => [] })
    expect(handled(idle, stored(["1"])).events).toEqual([])
  })

  it("of a type that was split or retired after it was recorded folds the events that it is now read as", () => {
    const before = EventType.make("Moved", Schema.Struct({ transfers: Schema.Array(Schema.String) }))
    const Counted = EventType.make("Counted", Schema.Struct({ transfers: Schema.Array(Schema.String) }))
    const old = Process.makeUnsafe<
      typeof before.Event | typeof Counted.Event,
      ReadonlyArray<string>
    >({
      ...definition,
      restartOn: undefined,
      events: EventCodec.makeUnsafe([before, Counted]),
      correlate: ({ transfers: [transfer] }) => Option.fromUndefinedOr(transfer),
      evolve: (inputs, { _tag }) => [...inputs, _tag],
      react: () => [],
      progress: undefined
    })
    const counted = {
      _tag: "Observe" as const,
      trigger: { ...trigger(2, Taken.make({ transfer: "1" })), type: "Counted", data: { transfers: ["1"] } }
    }
    const { events, state } = handled(old, stored(["1"]), counted)
    expect(state).toEqual(Result.succeed(["Moved", "Counted"]))
    expect(reread(processOf(), events).state).toEqual(Result.succeed(["Requested", "Taken"]))
  })
})
