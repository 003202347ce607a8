import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { createHash } from "node:crypto"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as Aggregate from "../../src/decide/Aggregate.ts"
import * as Decider from "../../src/decide/Decider.ts"
import * as EventCodec from "../../src/event/EventCodec.ts"
import * as EventType from "../../src/event/EventType.ts"
import { at, failureOf, malformed } from "../support/Sample.ts"

const Counted = EventType.make("Counted", Schema.Struct({ by: Schema.Number }))
const codec = EventCodec.makeUnsafe([Counted])

interface TooMuch {
  readonly _tag: "TooMuch"
}

const counter = Decider.make({
  initialState: { total: 0 },
  decide: (
    by: number,
    { total }: { readonly total: number }
  ): Result.Result<ReadonlyArray<typeof Counted.Event>, TooMuch> =>
    total + by > 3 ? Result.fail({ _tag: "TooMuch" }) : Result.succeed([Counted.make({ by })]),
  evolve: ({ total }: { readonly total: number }, { by }: typeof Counted.Event) => ({ total: total + by })
})

const State = Schema.Struct({ total: Schema.Number })
const snapshots = { name: "counter", version: 1, state: State, every: 10 }
const definition = { category: "counter", events: codec, decider: counter }

describe("make", () => {
  it("keeps the definition", () => {
    expect(Result.getOrThrow(Aggregate.make(definition))).toEqual({
      ...definition,
      commands: Option.none(),
      snapshots: Option.none()
    })
  })

  it.each<[string, object, string]>([
    ["an empty category", { category: "" }, "category must not be empty"],
    ["a category with a dash", { category: "bank-account" }, "category must not contain a dash"],
    ["a category that no store could hold", { category: "\u0000" }, "category must not contain the character \\u0000"],
    [
      "an empty view name",
      { snapshots: { ...snapshots, name: "" } },
      "snapshots.name must be a text of 1 to 255 characters"
    ],
    [
      "a view name that no store could hold",
      { snapshots: { ...snapshots, name: "\ud800" } },
      "snapshots.name must not contain a lone surrogate"
    ],
    ...[0, -1, 1.5, NaN, Infinity].map((every): [string, object, string] => [
      `a snapshot every ${every} events`,
      { snapshots: { ...snapshots, every } },
      "snapshots.every must be a whole number from 1"
    ])
  ])("refuses %s", (_, fields, message) => {
    const wrong: typeof definition = malformed({ ...definition, ...fields })
    expect(failureOf(Aggregate.make(wrong)).message).toBe(message)
    expect(() => Aggregate.makeUnsafe(wrong)).toThrow(message)
  })

  it("refuses a state that has no form in JSON", () => {
    const state: typeof State = malformed(Schema.Struct({ [Symbol.for("total")]: Schema.Int }))
    expect(failureOf(Aggregate.make({ ...definition, snapshots: { ...snapshots, state } })).message)
      .toMatch(/^snapshots\.state must have a form in JSON: /)
  })

  it.each([NaN, 1.5, "1"])("refuses %s as the version of a view", (version) => {
    expect(failureOf(Aggregate.make({ ...definition, snapshots: { ...snapshots, version: malformed(version) } })).field)
      .toBe("snapshots.version")
  })
})

const snapshotting = <State>(state: Schema.ConstraintCodec<State, unknown>) => {
  const decider = Decider.make<never, State, typeof Counted.Event, never>({
    // Only the codec of the states matters here.
    initialState: undefined as State,
    decide: () => Result.succeed([]),
    evolve: (state) => state
  })
  return Option.getOrThrow(
    Aggregate.makeUnsafe({
      category: "c",
      events: codec,
      decider,
      snapshots: { name: "v", version: 1, state, every: 1 }
    })
      .snapshots
  )
}

describe("the state of a snapshot", () => {
  it("is encoded as JSON and decoded as it was", () => {
    const { decode, encode } = snapshotting(Schema.Struct({
      opened: Schema.DateTimeUtc,
      total: Schema.BigInt,
      seen: Schema.HashMap(Schema.String, Schema.Number),
      last: Schema.Option(Schema.String)
    }))
    const encoded = Result.getOrThrow(encode({
      opened: at(1000),
      total: 10n,
      seen: Option.getOrThrow(
        Schema.decodeUnknownOption(Schema.toCodecJson(Schema.HashMap(Schema.String, Schema.Number)))([["a", 1]])
      ),
      last: Option.none()
    }))
    expect(encoded).toEqual(JSON.parse(JSON.stringify(encoded)))
    expect(Result.getOrThrow(encode(Option.getOrThrow(decode(encoded))))).toEqual(encoded)
    expect(Option.getOrThrow(decode(encoded))).toMatchObject({ opened: at(1000), total: 10n, last: Option.none() })
  })

  it("that does not fit its schema is not encoded", () => {
    expect(failureOf(snapshotting(State).encode(malformed({ total: "1" }))).field).toBe("state")
  })

  it("that no store could hold is not encoded, and the error names the place", () => {
    const { encode } = snapshotting(Schema.Struct({ name: Schema.String }))
    expect(failureOf(encode({ name: "\u0000" })).field).toBe("state.name")
  })

  it.each([[null], [{}], [{ total: "1" }], [[]]])("that was stored by other code is not decoded: %j", (stored) => {
    expect(snapshotting(State).decode(malformed(stored))).toEqual(Option.none())
  })
})

describe("a state whose schema throws", () => {
  const fails = (): string => {
    throw new Error("never")
  }
  const { decode, encode } = snapshotting(
    Schema.String.pipe(
      Schema.decodeTo(Schema.String, SchemaTransformation.transform<string, string>({ decode: fails, encode: fails }))
    )
  )

  it("is neither saved nor used", () => {
    expect(failureOf(encode("a")).field).toBe("state")
    expect(decode("a")).toEqual(Option.none())
  })
})

describe("the fingerprint of a snapshot", () => {
  const fingerprint = (
    fields: Partial<Aggregate.SnapshotDefinition<{ readonly total: number }>> = {},
    types: EventCodec.EventCodec<typeof Counted.Event> = codec
  ) =>
    Option.getOrThrow(
      Aggregate.makeUnsafe({ ...definition, events: types, snapshots: { ...snapshots, ...fields } }).snapshots
    ).fingerprint

  it("is the same for the same definition, made again", () => {
    expect(fingerprint({ state: Schema.Struct({ total: Schema.Number }) }, EventCodec.makeUnsafe([Counted])))
      .toBe(fingerprint())
  })

  it("is a SHA-256 of the version, the schema and the codec", () => {
    const schema = JSON.stringify(Schema.toJsonSchemaDocument(Schema.toCodecJson(snapshots.state)))
    expect(fingerprint({ version: 7 })).toBe(
      createHash("sha256").update(JSON.stringify([7, schema, codec.fingerprint])).digest("hex")
    )
  })

  it("differs even if 32-bit hashes of the schemas are the same", () => {
    const of = (field: string) => {
      const state = Schema.Struct({ [field]: Schema.optionalKey(Schema.Int) })
      const text = JSON.stringify(Schema.toJsonSchemaDocument(Schema.toCodecJson(state)))
      const made = Aggregate.makeUnsafe({
        category: "on",
        events: codec,
        decider: Decider.make<never, object, typeof Counted.Event, never>({
          initialState: {},
          decide: () => Decider.accept(),
          evolve: () => ({})
        }),
        snapshots: { name: "on", version: 1, every: 1, state }
      })
      return { hash: Hash.string(text), fingerprint: Option.getOrThrow(made.snapshots).fingerprint }
    }
    const [one, two] = [of("on"), of("No")]
    expect(one.hash).toBe(two.hash)
    expect(one.fingerprint).not.toBe(two.fingerprint)
  })

  it("does not depend on how often snapshots are taken", () => {
    expect(fingerprint({ every: 500 })).toBe(fingerprint())
  })

  it("changes with the declared version", () => {
    expect(new Set([1, 2, 3, 10, 11].map((version) => fingerprint({ version }))).size).toBe(5)
  })

  it("changes with the schema of the state", () => {
    expect(fingerprint({ state: Schema.Struct({ total: Schema.Number, last: Schema.optional(Schema.String) }) }))
      .not.toBe(fingerprint())
    expect(fingerprint({ state: Schema.Struct({ total: Schema.Int }) })).not.toBe(fingerprint())
  })

  it("changes with the versions of the codec", () => {
    const newer = EventCodec.makeUnsafe([
      Counted.pipe(EventType.upcast(Schema.Struct({ by: Schema.Number }), (v1) => v1))
    ])
    expect(fingerprint({}, newer)).not.toBe(fingerprint())
  })
})

describe("the types of an aggregate", () => {
  it("are those of its decider and its codec", () => {
    expectTypeOf(Aggregate.makeUnsafe({ ...definition, snapshots })).toEqualTypeOf<
      Aggregate.Aggregate<number, { readonly total: number }, typeof Counted.Event, TooMuch>
    >()
  })

  // Code under `@ts-expect-error` is checked by `tsc`, and does not run.
  it("refuse a codec without an event of the decider", () => {
    const other = EventCodec.makeUnsafe([EventType.make("Other", Schema.Struct({}))])
    expectTypeOf(() => [
      // @ts-expect-error the codec cannot store what the decider decides
      Aggregate.makeUnsafe({ ...definition, events: other })
    ]).toBeFunction()
  })

  it("refuse a codec that reads events which the decider cannot fold", () => {
    const more = EventCodec.makeUnsafe([Counted, EventType.make("Other", Schema.Struct({}))])
    expectTypeOf(() => [
      // @ts-expect-error the decider's evolve does not know the event Other
      Aggregate.makeUnsafe({ ...definition, events: more })
    ]).toBeFunction()
  })

  it("refuse a schema of another state", () => {
    const state = Schema.Struct({ sum: Schema.Number })
    expectTypeOf(() => [
      // @ts-expect-error the state has a total
      Aggregate.makeUnsafe({ ...definition, snapshots: { ...snapshots, state } })
    ]).toBeFunction()
  })
})
