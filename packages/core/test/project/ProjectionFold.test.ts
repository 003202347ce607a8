import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import * as EventCodec from "../../src/event/EventCodec.ts"
import * as EventType from "../../src/event/EventType.ts"
import type { Json } from "../../src/event/Json.ts"
import { Position } from "../../src/event/Position.ts"
import { columns, type RecordedEvent } from "../../src/event/RecordedEvent.ts"
import type { StreamName } from "../../src/event/StreamName.ts"
import { StreamVersion } from "../../src/event/StreamVersion.ts"
import type { Commit } from "../../src/journal/Commit.ts"
import * as Journal from "../../src/journal/Journal.ts"
import { columnsOf } from "../../src/project/internal/ProjectionColumns.ts"
import type { PoisonedEvent, Stage } from "../../src/project/PoisonedEvent.ts"
import * as Projection from "../../src/project/Projection.ts"
import * as Fold from "../../src/project/ProjectionFold.ts"
import { event, failureOf, journalOf, malformed, stream, write } from "../support/Sample.ts"

const Added = EventType.make("Added", Schema.Struct({ to: Schema.Array(Schema.String), by: Schema.Finite })).pipe(
  EventType.renamedFrom("Counted")
)
const Cleared = EventType.make("Cleared", Schema.Struct({ keys: Schema.Array(Schema.String) }))
const events = EventCodec.makeUnsafe([Added, Cleared])
type Event = typeof Added.Event | typeof Cleared.Event

interface Sum {
  readonly sum: number
}
const definition = {
  name: "sums",
  version: 1,
  events,
  keys: (event: Event): ReadonlyArray<string> => event._tag === "Added" ? event.to : event.keys,
  state: Schema.Struct({ sum: Schema.Finite }),
  initialState: { sum: 0 },
  evolve: ({ sum }: Sum, event: Event): Sum | Projection.Removed =>
    event._tag === "Added" ? { sum: sum + event.by } : Projection.removed
}
const sums = Projection.makeUnsafe(definition)
const changed = (fields: Partial<typeof definition>) => Projection.makeUnsafe({ ...definition, ...fields })

/** The log of these events, each in the stream that it names. */
const logOf = (...happened: ReadonlyArray<readonly [stream: string, type: string, data: Json]>) =>
  Result.getOrThrow(Journal.readAll(journalOf(
    ...happened.map(([name, type, data], index): Commit => ({
      writes: [write(name, [event(index + 1, { type, data })])]
    }))
  )))
const added = (name: string, to: ReadonlyArray<string>, by: number) => [name, "Added", { to, by }] as const
const cleared = (name: string, ...keys: ReadonlyArray<string>) => [name, "Cleared", { keys }] as const

type AnyProjection<State> = Projection.Projection<Event, State, string>
const states = (rows: ReadonlyMap<string, Fold.StoredRow | undefined>) =>
  Object.fromEntries([...rows].map(([key, row]) => [key, row?.state]))
const poison = (poisoned: ReadonlyArray<PoisonedEvent>) =>
  poisoned.map(({ stage, stream, version }) => `${stream}@${version} ${stage}`)
const refolded = <State>(projection: AnyProjection<State>, log: ReadonlyArray<RecordedEvent>) => {
  const { poisoned, rows } = Fold.refold(projection, log)
  return { rows: states(rows), poisoned: poison(poisoned) }
}
const reason = <State>(projection: AnyProjection<State>, log: ReadonlyArray<RecordedEvent>) =>
  Fold.refold(projection, log).poisoned[0]?.reason

describe("reads", () => {
  const [first, renamed, other] = logOf(added("a-1", ["k"], 1), ["b-1", "Counted", null], ["a-2", "Other", {}])

  it("is true for events of the codec's types, under all their names", () => {
    expect([first, renamed, other].map((event) => Fold.reads(sums, event!))).toEqual([true, true, false])
  })

  it("is true only for events of streams in the categories", () => {
    const some = Projection.makeUnsafe({ ...definition, categories: ["a", "c"] })
    expect([first, renamed, other].map((event) => Fold.reads(some, event!))).toEqual([true, false, false])
  })
})

describe("an event", () => {
  it("changes every row that it touches", () => {
    const log = logOf(added("a-1", ["x", "y"], 1), added("a-1", ["y", "z"], 2))
    expect(refolded(sums, log)).toEqual({ rows: { x: { sum: 1 }, y: { sum: 3 }, z: { sum: 2 } }, poisoned: [] })
  })

  it("changes a row once if it names the row twice", () => {
    expect(refolded(sums, logOf(added("a-1", ["x", "y", "x"], 1))).rows).toEqual({ x: { sum: 1 }, y: { sum: 1 } })
    expect(Result.getOrThrow(Fold.prepare(sums, logOf(added("a-1", ["x", "x"], 1))[0]!)).keys).toEqual(["x"])
  })

  it("that touches no row changes none", () => {
    const batch = logOf(added("a-1", [], 1)).map((event) => Fold.prepare(sums, event))
    expect(Fold.foldBatch(sums, new Map(), batch)).toEqual({ changed: new Map(), poisoned: [], folded: 1 })
  })

  it("sets position and version of the rows that it changes", () => {
    const { rows } = Fold.refold(sums, logOf(added("a-1", ["x", "y"], 1), added("b-1", [], 0), added("a-1", ["y"], 1)))
    expect([...rows.values()].map(({ key, position, version }) => [key, position, version]))
      .toEqual([["x", 1, 1], ["y", 3, 2]])
  })

  it("removes a row, and a later one starts from the initial state", () => {
    const log = logOf(added("a-1", ["x", "y"], 5), cleared("b-1", "x", "y"), added("a-1", ["y"], 2))
    expect(refolded(sums, log).rows).toEqual({ y: { sum: 2 } })
    const batch = log.map((event) => Fold.prepare(sums, event))
    expect(states(Fold.foldBatch(sums, new Map(), batch).changed)).toEqual({ x: undefined, y: { sum: 2 } })
  })

  it("passes the envelope to keys and evolve", () => {
    const seen: Array<unknown> = []
    const [first] = logOf(added("a-1", ["x"], 1))
    const spy = Projection.makeUnsafe({
      ...definition,
      keys: (event, envelope) => {
        seen.push(event, envelope)
        return ["x"]
      },
      evolve: (state, event, envelope, key) => {
        seen.push(event, envelope, key)
        return state
      }
    })
    Fold.refold(spy, [first!])
    const { commit: _c, data: _d, schemaVersion: _s, type: _t, ...envelope } = first!
    const decoded = { _tag: "Added", to: ["x"], by: 1 }
    expect(seen).toEqual([decoded, envelope, decoded, envelope, "x"])
  })

  it.each(["__proto__", "constructor", "toString"])("may touch a row called %s", (key) => {
    const { rows } = Fold.refold(sums, logOf(added("a-1", [key], 1), added("a-1", [key], 2)))
    expect([...rows.entries()].map(([name, { key, state }]) => [name, key, state])).toEqual([[key, key, { sum: 3 }]])
  })
})

const bad: ReadonlyArray<readonly [string, AnyProjection<Sum>, Stage, string]> = [
  ["data that do not fit", sums, "Event", "by"],
  [
    "keys that throw",
    changed({
      keys: ({ _tag }) => {
        if (_tag === "Cleared") throw new Error("no keys")
        return ["k"]
      }
    }),
    "Keys",
    "it threw Error: no keys"
  ],
  ...([
    ["an empty key", [""], "keys[0] must be a text of 1 to 255 characters"],
    ["a key too long", ["x", "k".repeat(256)], "keys[1] must be a text of 1 to 255 characters"],
    ["a key that is no text", [5], "keys[0] must be a text of 1 to 255 characters"],
    ["a key that no store could hold", ["\u0000"], "keys[0] must not contain the character \\u0000"],
    ["a hole among its keys", Array.from({ length: 1 }), "keys[0] must be a text of 1 to 255 characters"],
    ["a text for keys", "key", "keys must return an array"],
    ["no keys", undefined, "keys must return an array"],
    ["a set for keys", new Set(["k"]), "keys must return an array"]
  ] as const).map(([name, keys, reason]) =>
    [name, changed({ keys: ({ _tag }) => _tag === "Added" ? ["k"] : malformed(keys) }), "Keys", reason] as const
  ),
  [
    "an evolve that throws",
    changed({
      evolve: (state, { _tag }) => {
        if (_tag === "Cleared") throw new TypeError("no state")
        return state
      }
    }),
    "Evolve",
    "it threw TypeError: no state"
  ],
  ...([
    ["no state", undefined, "state Expected object"],
    ["a state that does not fit", { sum: "5" }, "state Expected"],
    ["a state that no store can hold", { sum: NaN }, "state Expected"],
    ["a promise of a state", Promise.resolve({ sum: 5 }), "state Missing key"],
    ["another symbol", Symbol.for("removed"), "state Expected object"]
  ] as const).map(([name, next, reason]) =>
    [
      `an evolve that gives ${name}`,
      changed({ evolve: (state, { _tag }) => _tag === "Added" ? state : malformed(next) }),
      "Evolve",
      reason
    ] as const
  )
]

describe("an event is poisoned by", () => {
  it.each(bad)("%s", (name, projection, stage, reason) => {
    const broken = name === "data that do not fit" ? { to: ["k"] } : { keys: ["k"] }
    const type = name === "data that do not fit" ? "Added" : "Cleared"
    const log = logOf(added("a-1", ["k"], 1), added("b-1", ["k"], 1), ["a-1", type, broken])
    const [poisoned, ...others] = Fold.refold(projection, log).poisoned
    expect(others).toEqual([])
    expect(poisoned).toMatchObject({
      _tag: "PoisonedEvent",
      projection: "sums",
      stream: "a-1",
      version: 2,
      position: 3,
      type,
      stage,
      reason: expect.stringContaining(reason)
    })
    expect(poisoned!.message).toBe(
      `projection "sums" cannot fold event 2 of stream "a-1" (${type}): ${poisoned!.reason}`
    )
  })

  it("a row that does not decode", () => {
    const row = { key: "x", state: { total: 5 }, position: Position(1), version: StreamVersion(1) }
    const batch = logOf(added("a-1", ["y", "x"], 1), added("b-1", ["y"], 2)).map((one) => Fold.prepare(sums, one))
    const { changed, folded, poisoned } = Fold.foldBatch(sums, new Map([["x", row]]), batch)
    expect(poison(poisoned)).toEqual(["a-1@1 Row"])
    expect(poisoned[0]!.reason).toContain("sum")
    expect([folded, states(changed)]).toEqual([1, { y: { sum: 2 } }])
  })
})

describe("the reason of a poisoned event", () => {
  const throwing = (message: string) =>
    changed({
      evolve: () => {
        throw new Error(message)
      }
    })
  const log = logOf(added("a-1", ["x"], 1))

  it("is a text that stores can hold", () => {
    expect(reason(throwing("a\u0000b\ud800c"), log)).toBe("it threw Error: a\ufffdb\ufffdc")
  })

  it("is a text that people can read", () => {
    expect(reason(throwing("a".repeat(100_000)), log)).toHaveLength(2000)
  })
})

describe("a poisoned event", () => {
  const picky = changed({
    evolve: ({ sum }, event) => {
      if (event._tag === "Cleared") return Projection.removed
      if (event.by < 0) throw new Error("negative")
      return { sum: sum + event.by }
    }
  })

  it("holds back the later events of its stream only", () => {
    const log = logOf(
      added("a-1", ["k"], 1),
      added("a-1", ["k"], -1),
      added("b-1", ["k"], 10),
      added("a-1", ["k"], 100)
    )
    expect(refolded(picky, log)).toEqual({ rows: { k: { sum: 11 } }, poisoned: ["a-1@2 Evolve"] })
  })

  it("is reported once for each stream: later events of the stream are not tried", () => {
    const log = logOf(added("a-1", ["k"], -1), added("b-1", ["k"], -1), added("a-1", ["k"], -2), ["b-1", "Added", 5])
    expect(refolded(picky, log).poisoned).toEqual(["a-1@1 Evolve", "b-1@1 Evolve"])
  })

  it("changes none of the rows that it touches", () => {
    const atY = Projection.makeUnsafe({
      ...definition,
      evolve: ({ sum }: Sum, event, _, key) => {
        if (key === "y" && event._tag === "Cleared") throw new Error("not y")
        return { sum: sum + 1 }
      }
    })
    const log = logOf(added("a-1", ["x"], 1), cleared("a-1", "x", "y", "z"))
    expect(refolded(atY, log)).toEqual({ rows: { x: { sum: 1 } }, poisoned: ["a-1@2 Evolve"] })
  })

  it("of a parked stream waits, like all others of that stream", () => {
    const log = logOf(added("a-1", ["k"], 1), added("b-1", ["k"], 10), added("a-1", ["k"], -1))
    const batch = log.map((one) => Fold.prepare(picky, one))
    const { changed, folded, poisoned } = Fold.foldBatch(picky, new Map(), batch, new Set([stream("a-1")]))
    expect([states(changed), folded, poisoned]).toEqual([{ k: { sum: 10 } }, 1, []])
  })

  it("does not change the set of parked streams, which the caller maintains", () => {
    const batch = logOf(added("b-1", ["k"], -1)).map((one) => Fold.prepare(picky, one))
    const parked = new Set([stream("a-1")])
    expect(poison(Fold.foldBatch(picky, new Map(), batch, parked).poisoned)).toEqual(["b-1@1 Evolve"])
    expect(parked).toEqual(new Set(["a-1"]))
  })
})

describe("discarded events", () => {
  it("are left out, poisoned or not", () => {
    const log = logOf(added("a-1", ["k"], 1), added("a-1", ["k"], 10), ["a-1", "Added", 5], added("a-1", ["k"], 100))
    const { poisoned, rows } = Fold.refold(sums, log, new Set([Position(2), Position(3)]))
    expect([states(rows), poisoned]).toEqual([{ k: { sum: 101 } }, []])
  })
})

describe("refold", () => {
  it("skips events that the projection does not read", () => {
    const log = logOf(added("a-1", ["k"], 1), ["a-1", "Other", null], added("b-1", ["k"], 10))
    expect(refolded(Projection.makeUnsafe({ ...definition, categories: ["a"] }), log))
      .toEqual({ rows: { k: { sum: 1 } }, poisoned: [] })
  })
})

describe("a row that a handler wrote ahead of the batch", () => {
  const byStream = Projection.makeUnsafe({ ...definition, keys: Projection.byStream })
  const log = logOf(added("a-1", [], 1), added("a-1", [], 10), added("b-1", [], 7), added("a-1", [], 100))
  const ahead = { key: "a-1", state: { sum: 11 }, position: Position(2), version: StreamVersion(2) }
  const fold = <State>(projection: AnyProjection<State>, row: Fold.StoredRow) =>
    Fold.foldBatch(projection, new Map([[row.key, row]]), log.map((one) => Fold.prepare(projection, one)))

  it("is folded from its own version on", () => {
    const { changed, folded } = fold(byStream, ahead)
    expect([states(changed), folded]).toEqual([{ "a-1": { sum: 111 }, "b-1": { sum: 7 } }, 4])
  })

  it("is not changed if it includes all events", () => {
    expect(states(fold(byStream, { ...ahead, version: StreamVersion(3) }).changed)).toEqual({ "b-1": { sum: 7 } })
  })

  it("is used only for the stream's own key: its version is unrelated to other streams", () => {
    const own = changed({ keys: () => ["a-1"] })
    expect(states(fold(own, ahead).changed)).toEqual({ "a-1": { sum: 129 } })
  })
})

describe("an evolve that changes its state in place", () => {
  interface List {
    items: Array<number>
  }
  const push = (throwsAt: number) =>
    Projection.makeUnsafe({
      ...definition,
      state: Schema.Struct({ items: Schema.mutableKey(Schema.mutable(Schema.Array(Schema.Finite))) }),
      initialState: { items: [] },
      evolve: (state: List, event) => {
        if (event._tag === "Cleared") return Projection.removed
        state.items.push(event.by)
        if (event.by === throwsAt) throw new Error("too late")
        return state
      }
    })

  it("changes no other row, and no later row", () => {
    const log = logOf(added("a-1", ["x"], 1), added("a-1", ["y"], 2), cleared("a-1", "x"), added("a-1", ["x"], 3))
    const projection = push(NaN)
    for (const _ of [1, 2]) {
      expect(refolded(projection, log).rows).toEqual({ x: { items: [3] }, y: { items: [2] } })
    }
  })

  it("and then throws changes nothing", () => {
    const log = logOf(added("a-1", ["x"], 1), added("a-1", ["x"], 2), added("b-1", ["x"], 3))
    expect(refolded(push(2), log)).toEqual({ rows: { x: { items: [1, 3] } }, poisoned: ["a-1@2 Evolve"] })
  })
})

describe("an initial state that does not fit its schema", () => {
  it("is the state that rows start from", () => {
    const named = Projection.makeUnsafe({
      ...definition,
      state: Schema.Struct({ name: Schema.NonEmptyString }),
      initialState: { name: "" },
      evolve: ({ name }: { readonly name: string }) => ({ name: `${name}x` })
    })
    expect(refolded(named, logOf(added("a-1", ["k"], 1), added("a-1", ["k"], 1))).rows).toEqual({ k: { name: "xx" } })
  })
})

// States that lose something when they are stored and read back, and other faults that only show at the ends of batches.
const lossy = Projection.makeUnsafe({
  ...definition,
  keys: (event, { stream }) =>
    event._tag === "Added" && event.by === 13 ? malformed(null) : [...definition.keys(event), stream],
  state: Schema.Struct({ sum: Schema.Finite, last: Schema.optionalKey(Schema.DateTimeUtcFromString) }),
  initialState: { sum: 0 },
  evolve: (state, event, { occurredAt, version }) => {
    if (event._tag === "Cleared") return Projection.removed
    const { seen = 0 }: { readonly seen?: number } = malformed(state)
    const sum = state.sum + event.by + (Object.is(state.sum, -0) ? 1000 : 0)
    if (sum < -20) throw new Error(`after ${seen}`)
    return malformed({ sum: sum === 0 ? -0 : sum === 20 ? NaN : sum, last: occurredAt, seen: seen + version })
  }
})

/** Folds as a projector does: batch by batch, with rows and parked streams kept in between. */
const inBatches = <State>(
  projection: AnyProjection<State>,
  log: ReadonlyArray<RecordedEvent>,
  sizes: ReadonlyArray<number>
) => {
  const rows = new Map<string, Fold.StoredRow>()
  const parked = new Set<StreamName>()
  const poisoned: Array<PoisonedEvent> = []
  const rest = log.filter((event) => Fold.reads(projection, event))
  for (const size of [...sizes, rest.length]) {
    const batch = rest.splice(0, size).map((event) => Fold.prepare(projection, event))
    // From the text that a store keeps.
    const stored: ReadonlyArray<[string, Fold.StoredRow]> = JSON.parse(JSON.stringify([...rows]))
    const folded = Fold.foldBatch(projection, new Map(stored), batch, parked)
    for (const [key, row] of folded.changed)
      if (row === undefined) rows.delete(key)
      else rows.set(key, row)
    for (const one of folded.poisoned) parked.add(one.stream)
    poisoned.push(...folded.poisoned)
  }
  return { rows, poisoned }
}

const streams = fc.constantFrom("a-1", "a-2", "b-1")
const keys = fc.array(fc.constantFrom("a-1", "x", "y", "__proto__"), { maxLength: 3 })
const happened = fc.tuple(
  streams,
  fc.constantFrom("Added", "Added", "Cleared", "Other"),
  keys,
  fc.integer({ min: -15, max: 15 })
).map(
  ([name, type, keys, by]) =>
    [name, type, type === "Cleared" ? { keys } : { to: keys, by: by === 14 ? null : by }] as const
)
const histories = fc.array(happened, { maxLength: 30 })
const splits = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 20 })

describe("any batching of any history", () => {
  const sorted = (rows: ReadonlyMap<string, Fold.StoredRow>) =>
    [...rows.values()].toSorted((one, two) => one.key < two.key ? -1 : 1)

  it("gives the same rows and poisoned events as one batch", () => {
    fc.assert(fc.property(histories, splits, (history, sizes) => {
      const log = logOf(...history)
      const once = Fold.refold(lossy, log)
      const split = inBatches(lossy, log, sizes)
      expect(sorted(split.rows)).toEqual(sorted(once.rows))
      expect(split.poisoned).toEqual(once.poisoned)
    }))
  })

  it("covers histories with poisoned events", () => {
    const poisonings = fc.sample(histories, { numRuns: 100, seed: 1 })
      .filter((history) => Fold.refold(lossy, logOf(...history)).poisoned.length > 0)
    expect(poisonings.length).toBeGreaterThan(10)
  })

  it("with discarded events gives the rows of a history without them", () => {
    fc.assert(
      fc.property(histories, fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 }), (history, positions) => {
        const log = logOf(...history)
        const discarded = new Set(positions.map((position) => Position(position)))
        const without = log.filter(({ position }) => !discarded.has(position))
        expect(Fold.refold(lossy, log, discarded)).toEqual(Fold.refold(lossy, without))
      })
    )
  })

  it("gives the sum for each key if the history only adds", () => {
    const counted = fc.tuple(fc.constantFrom("a-1", "a-2"), keys, fc.integer({ min: -9, max: 9 })).map(
      ([name, keys, by]) => added(name, keys, by)
    )
    fc.assert(fc.property(fc.array(counted, { maxLength: 30 }), splits, (history, sizes) => {
      const naive: Record<string, Sum> = Object.create(null)
      for (const [, , { by, to }] of history) {
        for (const key of new Set(to)) naive[key] = { sum: (naive[key]?.sum ?? 0) + by }
      }
      const { poisoned, rows } = inBatches(sums, logOf(...history), sizes)
      expect(poisoned).toEqual([])
      expect(new Map([...rows].map(([key, { state }]) => [key, state]))).toEqual(new Map(Object.entries(naive)))
    }))
  })
})

describe("prepare", () => {
  it("keeps the event and the keys of its rows", () => {
    const [renamed] = logOf(["a-1", "Counted", { to: ["x"], by: 1 }])
    const prepared = Result.getOrThrow(Fold.prepare(sums, renamed!))
    expect(prepared).toMatchObject({
      parts: [{ event: { _tag: "Added", by: 1 }, keys: ["x"] }],
      type: "Counted",
      keys: ["x"]
    })
    expect(prepared.envelope).toMatchObject({ stream: "a-1", position: 1, metadata: {} })
  })

  it("fails with the poisoned event that foldBatch reports", () => {
    const [broken] = logOf(["a-1", "Counted", {}])
    const prepared = Fold.prepare(sums, broken!)
    const poisoned = failureOf(prepared)
    expect(poisoned).toMatchObject({ stage: "Event", type: "Counted" })
    expect(Fold.foldBatch(sums, new Map(), [prepared])).toEqual({ changed: new Map(), poisoned: [poisoned], folded: 0 })
  })
})

describe("a stored event that is read as several events", () => {
  const Moved = EventType.make("Moved", Schema.Struct({ to: Schema.Array(Schema.String), n: Schema.Finite })).pipe(
    EventType.splitInto([Added, Cleared], ({ n, to }) => [
      Added.make({ to, by: n }),
      ...n === 0 ? [Cleared.make({ keys: to })] : [],
      ...n < 0 ? [] : [Added.make({ to: [...to, "all"], by: 1 })]
    ])
  )
  const codec = EventCodec.makeUnsafe([Added, Cleared, Moved, EventType.retired("Looked")])
  const split = changed({ events: codec })
  const moved = (name: string, to: ReadonlyArray<string>, n: number) => [name, "Moved", { to, n }] as const

  it("changes the rows of all of them, in their order, with one envelope", () => {
    const [one] = logOf(moved("a-1", ["x", "y"], 2))
    const prepared = Result.getOrThrow(Fold.prepare(split, one!))
    expect(prepared.parts.map(({ keys }) => keys)).toEqual([["x", "y"], ["x", "y", "all"]])
    expect(prepared.keys).toEqual(["x", "y", "all"])
    expect(refolded(split, [one!])).toEqual({ rows: { x: { sum: 3 }, y: { sum: 3 }, all: { sum: 1 } }, poisoned: [] })
  })

  it("may remove a row and start it again", () => {
    expect(refolded(split, logOf(moved("a-1", ["x"], 5), moved("a-1", ["x"], 0))))
      .toEqual({ rows: { x: { sum: 1 }, all: { sum: 2 } }, poisoned: [] })
  })

  it("changes a row that is keyed by stream with all of them, at its own version", () => {
    const byStream = Projection.makeUnsafe({
      ...definition,
      events: codec,
      keys: Projection.byStream,
      evolve: ({ sum }, event) => ({ sum: sum + (event._tag === "Added" ? event.by : 100) })
    })
    const log = logOf(moved("a-1", [], 2), ["a-1", "Looked", {}], moved("a-1", [], 0), ["a-1", "Looked", {}])
    const { rows } = Fold.refold(byStream, log)
    // An event without domain events advances the row, so that no reader has to read it again.
    expect(rows.get("a-1")).toMatchObject({ state: { sum: 104 }, version: 4, position: 4 })
    // Ahead of the batch, as a command handler wrote it.
    const known = new Map([["a-1", {
      key: "a-1",
      state: { sum: 3 },
      version: StreamVersion(1),
      position: Position(1)
    }]])
    const batch = log.map((event) => Fold.prepare(byStream, event))
    expect(Fold.foldBatch(byStream, known, batch).changed.get("a-1")).toMatchObject({ state: { sum: 104 }, version: 4 })
    const newer = new Map([["a-1", {
      key: "a-1",
      state: { sum: 9 },
      version: StreamVersion(9),
      position: Position(9)
    }]])
    expect(Fold.foldBatch(byStream, newer, batch).changed.size).toBe(0)
    expect(Fold.refold(byStream, [log[1]!, log[3]!]).rows.size).toBe(0)
  })

  it("changes no row if one of them cannot be folded or has wrong keys", () => {
    const poisoned = changed({
      events: codec,
      evolve: (row, event) => {
        if (event._tag === "Cleared") throw new Error("no")
        return definition.evolve(row, event)
      }
    })
    expect(refolded(poisoned, logOf(moved("a-1", ["x"], 5), moved("a-1", ["x"], 0), moved("a-1", ["x"], 5))))
      .toEqual({ rows: { x: { sum: 6 }, all: { sum: 1 } }, poisoned: ["a-1@2 Evolve"] })
    const keyless = changed({
      events: codec,
      keys: (event) => event._tag === "Cleared" ? [""] : definition.keys(event)
    })
    expect(refolded(keyless, logOf(moved("a-1", ["x"], 0)))).toEqual({ rows: {}, poisoned: ["a-1@1 Keys"] })
  })

  it("changes nothing if its type is retired", () => {
    expect(refolded(split, logOf(["a-1", "Looked", {}], moved("a-1", ["x"], 1), ["a-1", "Looked", "garbage"])))
      .toEqual(refolded(split, logOf(moved("a-1", ["x"], 1))))
  })
})

describe("the columns of a projection", () => {
  const few = ["stream", "version", "type", "schemaVersion", "data", "position"]

  it.each<[string, object]>([
    ["one without envelopes", definition],
    ["one keyed by stream", { ...definition, keys: Projection.byStream }],
    ["an inline one", { ...definition, keys: Projection.byStream, evolve: (state: Sum, _event: Event) => state }]
  ])("of %s are few", (_, given) => {
    expect(columnsOf(changed(given))).toEqual(few)
  })

  it.each<[string, object]>([
    ["keys", { keys: (_: Event, { id }: Projection.Envelope) => [id] }],
    ["evolve", { evolve: (state: Sum, _: Event, envelope: Projection.Envelope) => ({ ...state, ...envelope }) }],
    ["keys with rest parameters", { keys: (...[, { id }]: [Event, Projection.Envelope]) => [id] }],
    ["evolve with rest parameters", { evolve: (...[state]: [Sum, Event, Projection.Envelope]) => state }],
    ["an upcaster", {
      events: EventCodec.makeUnsafe([
        Added.pipe(EventType.upcast(Schema.Struct({}), (fields, _stored) => fields)),
        Cleared
      ])
    }]
  ])("are all columns if %s may read the whole event", (_, parts) => {
    expect(columnsOf(changed(parts))).toEqual(columns)
  })

  it("are enough to fold its events", () => {
    const log = logOf(added("a-1", ["x", "y"], 2), cleared("a-2", "y"), added("b-1", ["x"], 3))
    const narrow = log.map((event) =>
      // As a store may give them.
      Object.fromEntries(columnsOf(sums).map((column) => [column, event[column]])) as unknown as RecordedEvent
    )
    expect(Fold.refold(sums, narrow)).toEqual(Fold.refold(sums, log))
  })
})
