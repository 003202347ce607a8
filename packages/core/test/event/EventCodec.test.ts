import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as EventCodec from "../../src/event/EventCodec.ts"
import * as EventType from "../../src/event/EventType.ts"
import type { InvalidInput } from "../../src/event/InvalidInput.ts"
import { Position } from "../../src/event/Position.ts"
import type { RecordedEvent } from "../../src/event/RecordedEvent.ts"
import { StreamVersion } from "../../src/event/StreamVersion.ts"
import { at, eventId, failureOf, malformed, stream } from "../support/Sample.ts"

const stored = (type: string, schemaVersion: number, data: unknown): RecordedEvent => ({
  id: eventId(1),
  metadata: { actor: "Ada" },
  occurredAt: at(1000),
  recordedAt: at(2000),
  stream: stream("account-1"),
  version: StreamVersion(7),
  position: Position(70),
  commit: Position(70),
  type,
  schemaVersion,
  data: malformed(data)
})

// A text that can be neither read nor written.
const Unwilling = Schema.String.pipe(Schema.decodeTo(
  Schema.String,
  SchemaTransformation.transform<string, string>({
    decode: () => {
      throw new Error("never")
    },
    encode: () => {
      throw new Error("never")
    }
  })
))

const Owner = Schema.Struct({ owner: Schema.String })

describe("an event type of one version", () => {
  const Opened = EventType.make("Opened", Owner)
  const codec = EventCodec.makeUnsafe([Opened, EventType.make("Closed", Schema.Struct({}))])

  it("is stored under its name, with its version, without its tag", () => {
    expect(codec.encode(Opened.make({ owner: "Ada" })))
      .toEqual(Result.succeed({ type: "Opened", schemaVersion: 1, data: { owner: "Ada" } }))
    expect(codec.encode({ _tag: "Closed" })).toEqual(Result.succeed({ type: "Closed", schemaVersion: 1, data: {} }))
  })

  it("is read back as it was", () => {
    expect(codec.decode(stored("Opened", 1, { owner: "Ada" }))).toEqual(
      Result.succeed([{ _tag: "Opened", owner: "Ada" }])
    )
    expect(codec.decode(stored("Closed", 1, {}))).toEqual(Result.succeed([{ _tag: "Closed" }]))
  })

  it("leaves out keys that its schema does not have, when written and when read", () => {
    expect(codec.encode(malformed({ _tag: "Opened", owner: "Ada", extra: 1 })))
      .toEqual(Result.succeed({ type: "Opened", schemaVersion: 1, data: { owner: "Ada" } }))
    expect(codec.decode(stored("Opened", 1, { owner: "Ada", extra: 1 })))
      .toEqual(Result.succeed([{ _tag: "Opened", owner: "Ada" }]))
  })

  it("is decoded with the name of its type as its tag, even if its data has a tag", () => {
    expect(codec.decode(stored("Opened", 1, { _tag: "Closed", owner: "Ada" })))
      .toEqual(Result.succeed([{ _tag: "Opened", owner: "Ada" }]))
  })

  it("writes frozen data", () => {
    expect(Object.isFrozen(Result.getOrThrow(codec.encode(Opened.make({ owner: "Ada" }))).data)).toBe(true)
  })
})

describe("an event type without fields", () => {
  const codec = EventCodec.makeUnsafe([EventType.make("Closed", Schema.Struct({}))])

  it("drops all keys, when written and when read", () => {
    expect(codec.encode(malformed({ _tag: "Closed", extra: 1 })))
      .toEqual(Result.succeed({ type: "Closed", schemaVersion: 1, data: {} }))
    expect(codec.decode(stored("Closed", 1, { extra: 1 }))).toEqual(Result.succeed([{ _tag: "Closed" }]))
  })

  it.each([["Ada"], [5], [[1]], [null]])("is not read from data that is not an object: %j", (data) => {
    expect(failureOf(codec.decode(stored("Closed", 1, data)))._tag).toBe("UndecodableEvent")
  })
})

describe("an older version", () => {
  it("is read as the latest after a field was added", () => {
    const codec = EventCodec.makeUnsafe([
      EventType.make("Opened", Owner).pipe(
        EventType.upcast(
          Schema.Struct({ owner: Schema.String, currency: Schema.String }),
          (v1) => ({ ...v1, currency: "EUR" })
        )
      )
    ])
    expect(codec.decode(stored("Opened", 1, { owner: "Ada" })))
      .toEqual(Result.succeed([{ _tag: "Opened", owner: "Ada", currency: "EUR" }]))
    expect(codec.decode(stored("Opened", 2, { owner: "Ada", currency: "CZK" })))
      .toEqual(Result.succeed([{ _tag: "Opened", owner: "Ada", currency: "CZK" }]))
  })

  it("is read as the latest after a field was renamed", () => {
    const codec = EventCodec.makeUnsafe([
      EventType.make("Opened", Owner).pipe(
        EventType.upcast(Schema.Struct({ holder: Schema.String }), ({ owner }) => ({ holder: owner }))
      )
    ])
    expect(codec.decode(stored("Opened", 1, { owner: "Ada" }))).toEqual(
      Result.succeed([{ _tag: "Opened", holder: "Ada" }])
    )
  })

  it("is read as the latest after a field was split", () => {
    const codec = EventCodec.makeUnsafe([
      EventType.make("Opened", Owner).pipe(
        EventType.upcast(Schema.Struct({ first: Schema.String, last: Schema.String }), ({ owner }) => {
          const [first = "", last = ""] = owner.split(" ")
          return { first, last }
        })
      )
    ])
    expect(codec.decode(stored("Opened", 1, { owner: "Ada Lovelace" })))
      .toEqual(Result.succeed([{ _tag: "Opened", first: "Ada", last: "Lovelace" }]))
  })

  it("reaches its upcaster decoded, and is never written", () => {
    const codec = EventCodec.makeUnsafe([
      EventType.make("Opened", Schema.Struct({ at: Schema.DateTimeUtcFromString })).pipe(
        EventType.upcast(Schema.Struct({ millis: Schema.Number }), (v1) => ({ millis: DateTime.toEpochMillis(v1.at) }))
      )
    ])
    expect(codec.decode(stored("Opened", 1, { at: "1970-01-01T00:00:01.000Z" })))
      .toEqual(Result.succeed([{ _tag: "Opened", millis: 1000 }]))
    expect(codec.encode({ _tag: "Opened", millis: 5 }))
      .toEqual(Result.succeed({ type: "Opened", schemaVersion: 2, data: { millis: 5 } }))
  })
})

describe("a chain of three versions", () => {
  const V2 = Schema.Struct({ b: Schema.Number })
  const V3 = Schema.Struct({ c: Schema.Number })
  const steps = <Name extends string>(type: EventType.EventType<Name, { readonly a: number }>) =>
    type.pipe(EventType.upcast(V2, ({ a }) => ({ b: a * 10 })), EventType.upcast(V3, ({ b }) => ({ c: b + 1 })))

  it("reads each version through the upcasters after it", () => {
    const codec = EventCodec.makeUnsafe([steps(EventType.make("A", Schema.Struct({ a: Schema.Number })))])
    const decoded = [stored("A", 1, { a: 2 }), stored("A", 2, { b: 2 }), stored("A", 3, { c: 2 })].map(codec.decode)
    expect(decoded).toEqual([21, 3, 2].map((c) => Result.succeed([{ _tag: "A", c }])))
  })

  it("may start later, and then does not read older versions", () => {
    const codec = EventCodec.makeUnsafe([
      steps(EventType.make("A", Schema.Struct({ a: Schema.Number }), { schemaVersion: 4 }))
    ])
    const decoded = [stored("A", 4, { a: 2 }), stored("A", 5, { b: 2 }), stored("A", 6, { c: 2 })].map(codec.decode)
    expect(decoded).toEqual([21, 3, 2].map((c) => Result.succeed([{ _tag: "A", c }])))
    expect(codec.encode({ _tag: "A", c: 1 })).toEqual(Result.succeed({ type: "A", schemaVersion: 6, data: { c: 1 } }))
    expect(failureOf(codec.decode(stored("A", 3, { a: 2 }))))
      .toMatchObject({ _tag: "UndecodableEvent", reason: "the oldest schema version known is 4" })
  })
})

describe("a renamed type", () => {
  const codec = EventCodec.makeUnsafe([
    EventType.make("Opened", Owner).pipe(EventType.renamedFrom("Created"), EventType.renamedFrom("Made")),
    EventType.make("Closed", Schema.Struct({}))
  ])

  it.each(["Opened", "Created", "Made"])("reads events stored as %s under its new name", (name) => {
    expect(codec.decode(stored(name, 1, { owner: "Ada" }))).toEqual(Result.succeed([{ _tag: "Opened", owner: "Ada" }]))
  })

  it("writes under its new name only", () => {
    expect(Result.getOrThrow(codec.encode({ _tag: "Opened", owner: "Ada" })).type).toBe("Opened")
    expect(failureOf(codec.encode(malformed({ _tag: "Created", owner: "Ada" }))).message)
      .toBe("Created cannot be encoded: the codec has no event type of this name")
  })

  it("is found under all its names", () => {
    expect(codec.storedTypes(["Opened"])).toEqual(["Opened", "Created", "Made"])
    expect(codec.storedTypes(["Closed"])).toEqual(["Closed"])
    expect([...codec.storedTypes(["Closed", "Opened"])].toSorted()).toEqual(["Closed", "Created", "Made", "Opened"])
    expect(codec.storedTypes([])).toEqual([])
  })

  it("is found, under all its names, among all types of the codec", () => {
    expect(codec.storedTypes()).toEqual(["Opened", "Created", "Made", "Closed"])
    expect(EventCodec.makeUnsafe([]).storedTypes()).toEqual([])
  })
})

describe("make refuses, naming the type and the rule:", () => {
  const A = EventType.make("A", Owner)
  const B = EventType.make("B", Owner)
  const [version] = A.versions
  const withVersions = (...versions: ReadonlyArray<EventType.EventVersion>) => ({ ...A, versions })
  const upcast = (fields: object) => fields

  it.each<[string, ReadonlyArray<EventType.EventType<string, { readonly owner: string }>>, string]>([
    ["a name used twice", [A, B, A], "event type A must not use the name \"A\" a second time"],
    [
      "a former name that is another type's name",
      [A, B.pipe(EventType.renamedFrom("A"))],
      "event type B must not use the name \"A\" a second time"
    ],
    [
      "a name that is another type's former name",
      [A.pipe(EventType.renamedFrom("B")), B],
      "event type B must not use the name \"B\" a second time"
    ],
    [
      "a former name used by two types",
      [A.pipe(EventType.renamedFrom("Old")), B.pipe(EventType.renamedFrom("Old"))],
      "event type B must not use the name \"Old\" a second time"
    ],
    [
      "a former name declared twice",
      [A.pipe(EventType.renamedFrom("Old"), EventType.renamedFrom("Old"))],
      "event type A must not use the name \"Old\" a second time"
    ],
    [
      "a former name that is its own name",
      [A.pipe(EventType.renamedFrom("A"))],
      "event type A must not use the name \"A\" a second time"
    ],
    ["no versions", [B, withVersions()], "event type A must have at least one version"],
    [
      "version 0",
      [EventType.make("A", Owner, { schemaVersion: 0 })],
      "event type A must start at schema version 1 or later"
    ],
    [
      "version 1.5",
      [EventType.make("A", Owner, { schemaVersion: 1.5 })],
      "event type A must start at schema version 1 or later"
    ],
    [
      "version NaN",
      [EventType.make("A", Owner, { schemaVersion: NaN })],
      "event type A must start at schema version 1 or later"
    ],
    [
      "a gap between versions",
      [withVersions(version!, { ...version!, version: 3, upcast })],
      "event type A must have a schema version 2"
    ],
    [
      "a version that comes twice",
      [withVersions(version!, { ...version!, upcast })],
      "event type A must have a schema version 2"
    ],
    [
      "versions in the wrong order",
      [withVersions({ ...version!, version: 2 }, { ...version!, upcast })],
      "event type A must have a schema version 3"
    ],
    [
      "a version without an upcaster from the one before",
      [withVersions(version!, { ...version!, version: 2 })],
      "event type A must have an upcaster to version 2"
    ],
    ["an empty name", [EventType.make("", Owner)], "event type  must be a text of 1 to 255 characters"],
    [
      "a former name that no store could hold",
      [A.pipe(EventType.renamedFrom("\u0000"))],
      "event type A must not contain the character \\u0000"
    ]
  ])("%s", (_, types, message) => {
    const refusal = failureOf(EventCodec.make(types))
    expect(refusal._tag).toBe("InvalidInput")
    expect(refusal.message).toBe(message)
    expect(() => EventCodec.makeUnsafe(types)).toThrow(message)
  })

  it("a fields schema that declares _tag", () => {
    const tagged = EventType.make("A", Schema.Struct({ _tag: Schema.Literal("A"), owner: Schema.String }))
    expect(failureOf(EventCodec.make([tagged])).field).toBe("event type A")
  })

  it("a union of fields of which one declares _tag", () => {
    const tagged = Schema.Struct({ _tag: Schema.Literal("A") })
    expect(failureOf(EventCodec.make([EventType.make("A", Schema.Union([Owner, tagged]))])).message)
      .toBe("event type A must not have a field _tag: the name of the type is the tag")
  })

  it("a class for a fields schema, for an event is a plain object", () => {
    class Held extends Schema.Class<Held>("Held")({ owner: Schema.String }) {}
    expect(failureOf(EventCodec.make([EventType.make("A", Held)])).message)
      .toBe("event type A must have plain fields (a Struct), not a class")
  })

  it("a version that no store could hold", () => {
    expect(failureOf(EventCodec.make([EventType.make("A", Owner, { schemaVersion: 32_768 })])).field).toBe(
      "event type A"
    )
  })
})

describe("decode fails with an error that names stream, version and type for", () => {
  const codec = EventCodec.makeUnsafe([
    EventType.make("Opened", Owner, { schemaVersion: 2 }).pipe(
      EventType.upcast(Owner, ({ owner }) => {
        if (owner === "") throw new Error("nobody")
        return { owner }
      })
    )
  ])
  const decode = (type: string, schemaVersion: number, data: unknown) =>
    failureOf(codec.decode(stored(type, schemaVersion, data)))
  const which = (type: string, schemaVersion: number) => ({ stream: "account-1", version: 7, type, schemaVersion })

  it("an unknown type", () => {
    expect(decode("Burnt", 1, {})).toMatchObject({ _tag: "UnknownEventType", ...which("Burnt", 1) })
    expect(decode("Burnt", 1, {}).message)
      .toBe(
        "event 7 of stream \"account-1\" (Burnt, schema version 1) has a type that the codec does not have: run newer code if it knows the type, or add the type or the former name to the codec"
      )
  })

  it("a type whose name is one of an object's own properties", () => {
    expect(decode("constructor", 1, {})._tag).toBe("UnknownEventType")
  })

  it("a newer version", () => {
    expect(decode("Opened", 4, { owner: "Ada" }))
      .toMatchObject({ _tag: "NewerSchemaVersion", ...which("Opened", 4), latest: 3 })
    expect(decode("Opened", 4, {}).message).toBe(
      "this code is older than the data: event 7 of stream \"account-1\" (Opened, schema version 4) is newer than the latest schema version known here, 3: run newer code"
    )
  })

  it("a version that is too old", () => {
    expect(decode("Opened", 1, { owner: "Ada" })).toMatchObject({ _tag: "UndecodableEvent", ...which("Opened", 1) })
    expect(decode("Opened", 1, {}).message).toContain("the oldest schema version known is 2")
  })

  it.each([[{ owner: 1 }], [{}], [null], ["Ada"], [[]]])("data that do not fit the schema: %j", (data) => {
    for (const schemaVersion of [2, 3]) {
      expect(decode("Opened", schemaVersion, data))
        .toMatchObject({ _tag: "UndecodableEvent", ...which("Opened", schemaVersion) })
    }
  })

  it("a field that does not fit, saying which", () => {
    expect(decode("Opened", 2, { owner: 1 }).message).toContain("[\"owner\"]")
  })

  it("an upcaster that throws", () => {
    expect(decode("Opened", 2, { owner: "" })).toMatchObject({
      _tag: "UndecodableEvent",
      ...which("Opened", 2),
      reason: "the upcaster of Opened from version 2 to 3 threw Error: nobody"
    })
    expect(codec.decode(stored("Opened", 3, { owner: "" }))).toEqual(Result.succeed([{ _tag: "Opened", owner: "" }]))
  })

  it("a schema whose transformation throws", () => {
    const throwing = EventCodec.makeUnsafe([EventType.make("Opened", Schema.Struct({ owner: Unwilling }))])
    expect(failureOf(throwing.decode(stored("Opened", 1, { owner: "Ada" }))))
      .toMatchObject({ _tag: "UndecodableEvent", ...which("Opened", 1) })
  })
})

describe("encode fails with an error that names the type for", () => {
  const codec = EventCodec.makeUnsafe([
    EventType.make("Opened", Owner),
    EventType.make("Measured", Schema.Struct({ value: Schema.Any })),
    EventType.make("Refused", Schema.Struct({ value: Unwilling }))
  ])
  const encode = (event: object) => failureOf(codec.encode(malformed(event)))

  it("an unknown type", () => {
    expect(encode({ _tag: "Burnt" })).toMatchObject({ _tag: "UnencodableEvent", type: "Burnt" })
  })

  it("fields that do not fit the schema, saying which", () => {
    expect(encode({ _tag: "Opened", owner: 1 })).toMatchObject({ _tag: "UnencodableEvent", type: "Opened" })
    expect(encode({ _tag: "Opened", owner: 1 }).message).toContain("[\"owner\"]")
    expect(encode({ _tag: "Opened" })._tag).toBe("UnencodableEvent")
  })

  it("text that no store could hold, naming its place", () => {
    expect(encode({ _tag: "Opened", owner: "\u0000" }).message)
      .toBe("Opened cannot be encoded: data.owner must not contain the character \\u0000")
  })

  it("values that have no JSON", () => {
    expect(encode({ _tag: "Measured", value: () => 1 })).toMatchObject({ _tag: "UnencodableEvent", type: "Measured" })
  })

  it("a schema whose transformation throws", () => {
    expect(encode({ _tag: "Refused", value: "Ada" })).toMatchObject({ _tag: "UnencodableEvent", type: "Refused" })
  })
})

describe("fields whose decoded values are not JSON", () => {
  const Measured = EventType.make(
    "Measured",
    Schema.Struct({
      on: Schema.Date,
      at: Schema.DateTimeUtc,
      amount: Schema.BigInt,
      note: Schema.Option(Schema.String),
      tag: Schema.optional(Schema.String),
      parts: Schema.ReadonlyMap(Schema.String, Schema.Number)
    })
  )
  const codec = EventCodec.makeUnsafe([Measured])
  const measured = Measured.make({
    on: new Date(1000),
    at: at(2000),
    amount: 12_345_678_901_234_567_890n,
    note: Option.some("ok"),
    tag: undefined,
    parts: new Map([["a", 1]])
  })

  it("are stored as JSON and read back equal", () => {
    const encoded = Result.getOrThrow(codec.encode(measured))
    expect(encoded.data).toMatchObject({
      on: "1970-01-01T00:00:01.000Z",
      at: "1970-01-01T00:00:02.000Z",
      amount: "12345678901234567890"
    })
    const read = codec.decode(stored(encoded.type, encoded.schemaVersion, JSON.parse(JSON.stringify(encoded.data))))
    const { tag: _, ...present } = measured
    expect(read).toEqual(Result.succeed([present]))
  })

  it("distinguish None from an absent field", () => {
    const { data } = Result.getOrThrow(codec.encode({ ...measured, note: Option.none() }))
    expect(Result.getOrThrow(codec.decode(stored("Measured", 1, data)))[0]?.note).toEqual(Option.none())
    const { note: _, ...without } = data as Record<string, unknown>
    expect(failureOf(codec.decode(stored("Measured", 1, without)))._tag).toBe("UndecodableEvent")
  })

  it("are refused if they do not fit the schema", () => {
    const { data } = Result.getOrThrow(codec.encode(measured))
    for (const wrong of [{ amount: 1 }, { amount: "1.5" }, { on: "yesterday" }, { at: 0 }]) {
      expect(failureOf(codec.decode(stored("Measured", 1, { ...data as object, ...wrong })))._tag).toBe(
        "UndecodableEvent"
      )
    }
  })
})

describe("fields that are not encoded as an object", () => {
  const Point = Schema.Struct({ x: Schema.Number, y: Schema.Number })
  const asText = Schema.String.pipe(Schema.decodeTo(
    Point,
    SchemaTransformation.transform({
      decode: (text: string) => {
        const [x = NaN, y = NaN] = text.split(";").map(Number)
        return { x, y }
      },
      encode: ({ x, y }) => `${x};${y}`
    })
  ))
  const codec = EventCodec.makeUnsafe([EventType.make("Moved", asText)])

  it("are read back as they were", () => {
    const moved = { _tag: "Moved", x: 1, y: 2 } as const
    const { data } = Result.getOrThrow(codec.encode(moved))
    expect(data).toBe("1;2")
    expect(codec.decode(stored("Moved", 1, data))).toEqual(Result.succeed([moved]))
  })
})

describe("the fingerprint", () => {
  const A = EventType.make("A", Owner)
  const B = EventType.make("B", Owner)
  const { fingerprint } = EventCodec.makeUnsafe([A, B])

  it("does not depend on the order of the types", () => {
    expect(EventCodec.makeUnsafe([B, A]).fingerprint).toBe(fingerprint)
  })

  it("changes if a type is added, removed or renamed, or has another latest version", () => {
    const others = [
      EventCodec.makeUnsafe([A]),
      EventCodec.makeUnsafe([A, B, EventType.make("C", Owner)]),
      EventCodec.makeUnsafe([A, EventType.make("D", Owner)]),
      EventCodec.makeUnsafe([A, B.pipe(EventType.upcast(Owner, (v1) => v1))])
    ].map((codec) => codec.fingerprint)
    expect(new Set([fingerprint, ...others]).size).toBe(5)
  })
})

describe("the types of a codec", () => {
  const Opened = EventType.make("Opened", Owner)
  const Closed = EventType.make("Closed", Schema.Struct({})).pipe(
    EventType.upcast(Schema.Struct({ at: Schema.DateTimeUtc }), () => ({ at: at(0) }))
  )
  const codec = EventCodec.makeUnsafe([Opened, Closed])

  it("are the union of its event types", () => {
    expectTypeOf(codec).toEqualTypeOf<EventCodec.EventCodec<typeof Opened.Event | typeof Closed.Event>>()
    expectTypeOf<EventCodec.EventOf<typeof codec>>().toEqualTypeOf<typeof Opened.Event | typeof Closed.Event>()
    expectTypeOf<EventCodec.EventOf<{ readonly codec: typeof codec }>>().toBeNever()
    expectTypeOf(EventCodec.make([Opened])).toEqualTypeOf<
      Result.Result<EventCodec.EventCodec<typeof Opened.Event>, InvalidInput>
    >()
  })

  it("refuse to encode an event that is not of the union", () => {
    // @ts-expect-error no type of this name
    expect(Result.isFailure(codec.encode({ _tag: "Burnt" }))).toBe(true)
    // @ts-expect-error a field is missing
    expect(Result.isFailure(codec.encode({ _tag: "Opened" }))).toBe(true)
  })

  it("accept the names of the codec's types only", () => {
    // @ts-expect-error no type of this name
    expect(codec.storedTypes(["Burnt"])).toEqual([])
  })

  it("narrow a decoded event by its tag", () => {
    const [event] = Result.getOrThrow(codec.decode(stored("Opened", 1, { owner: "Ada" })))
    expectTypeOf(event!._tag).toEqualTypeOf<"Opened" | "Closed">()
    if (event?._tag === "Opened") expectTypeOf(event.owner).toEqualTypeOf<string>()
  })
})
