import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as EventCodec from "../../../src/event/EventCodec.ts"
import * as EventType from "../../../src/event/EventType.ts"
import type { Json } from "../../../src/event/Json.ts"
import { Position } from "../../../src/event/Position.ts"
import { columns, type RecordedEvent } from "../../../src/event/RecordedEvent.ts"
import { StreamVersion } from "../../../src/event/StreamVersion.ts"
import { at, eventId, failureOf, malformed, stream } from "../../support/Sample.ts"

const stored = (
  type: string,
  schemaVersion: number,
  data: Json,
  known: Partial<RecordedEvent> = {}
): RecordedEvent => ({
  id: eventId(1),
  stream: stream("shop-1"),
  version: StreamVersion(7),
  position: Position(70),
  commit: Position(70),
  metadata: { actor: "Ada" },
  occurredAt: at(1000),
  recordedAt: at(2000),
  type,
  schemaVersion,
  data,
  ...known
})

const Priced = EventType.make("Priced", Schema.Struct({ sku: Schema.String, euros: Schema.Finite }))
const Cents = Schema.Struct({ sku: Schema.NonEmptyString, cents: Schema.Int })

/** Reads an event of version 1 with an upcaster that need not have the required types. */
const upcastBy = (from: (v1: { readonly sku: string; readonly euros: number }) => unknown) => {
  const codec = EventCodec.makeUnsafe([Priced.pipe(EventType.upcast(Cents, (v1) => malformed<never>(from(v1))))])
  return codec.decode(stored("Priced", 1, { sku: "a", euros: 19.99 }))
}

describe("the result of an upcaster", () => {
  it("is the event if it fits the schema of the next version", () => {
    expect(upcastBy(({ euros, sku }) => ({ sku, cents: Math.round(euros * 100) })))
      .toEqual(Result.succeed([{ _tag: "Priced", sku: "a", cents: 1999 }]))
  })

  it("is refused if it does not, with the type, the versions and the field", () => {
    const failure = failureOf(upcastBy(({ euros, sku }) => ({ sku, cents: euros * 100 })))
    expect(failure).toMatchObject({ _tag: "UndecodableEvent", type: "Priced", schemaVersion: 1, version: 7 })
    expect(failure.message).toContain(
      "the upcaster of Priced from version 1 to 2 gives fields that do not fit version 2"
    )
    expect(failure.message).toContain(`["cents"]`)
  })

  it.each<[string, unknown]>([
    ["a missing field", { sku: "a" }],
    ["a field that breaks a check", { sku: "", cents: 1 }],
    ["nothing", undefined],
    ["null", null],
    ["a text", "ab"],
    ["a list", [{ sku: "a", cents: 1 }]],
    ["a promise", Promise.resolve({ sku: "a", cents: 1 })]
  ])("is refused if it is %s", (_, given) => {
    expect(failureOf(upcastBy(() => given))).toMatchObject({
      _tag: "UndecodableEvent",
      reason: expect.stringMatching(
        /^the upcaster of Priced from version 1 to 2 gives fields that do not fit version 2/
      )
    })
  })

  it("loses fields that the schema does not have, including a tag of its own", () => {
    expect(upcastBy(({ euros, sku }) => ({ _tag: "Other", sku, cents: 1, euros })))
      .toEqual(Result.succeed([{ _tag: "Priced", sku: "a", cents: 1 }]))
  })

  it("is checked step by step, so that the error names the step that is wrong", () => {
    const codec = EventCodec.makeUnsafe([
      Priced.pipe(
        EventType.upcast(Schema.Struct({ cents: Schema.Int }), ({ euros }) => ({ cents: euros * 100 })),
        EventType.upcast(Schema.Struct({ crowns: Schema.Finite }), ({ cents }) => ({ crowns: cents / 4 }))
      )
    ])
    expect(failureOf(codec.decode(stored("Priced", 1, { sku: "a", euros: 19.99 }))).message).toContain("version 1 to 2")
    expect(codec.decode(stored("Priced", 2, { cents: 8 }))).toEqual(Result.succeed([{ _tag: "Priced", crowns: 2 }]))
  })

  it("is checked in its decoded form: dates and other values that are not JSON are accepted", () => {
    const At = Schema.Struct({ at: Schema.DateTimeUtcFromString })
    const codec = EventCodec.makeUnsafe([
      EventType.make("Rung", Schema.Struct({ millis: Schema.Int })).pipe(
        EventType.upcast(At, ({ millis }) => ({ at: DateTime.makeUnsafe(millis) }))
      )
    ])
    expect(codec.decode(stored("Rung", 1, { millis: 5 }))).toEqual(Result.succeed([{ _tag: "Rung", at: at(5) }]))
  })

  it("must be an object and not a promise, also if all fields are optional", () => {
    for (const schema of [Schema.Struct({}), Schema.Struct({ note: Schema.optionalKey(Schema.String) })]) {
      const read = (given: unknown) =>
        EventCodec.makeUnsafe([Priced.pipe(EventType.upcast(schema, () => malformed<never>(given)))])
          .decode(stored("Priced", 1, { sku: "a", euros: 1 }))
      expect(read({})).toEqual(Result.succeed([{ _tag: "Priced" }]))
      for (const wrong of [undefined, null, 1, [], Promise.resolve({})])
        expect(Result.isFailure(read(wrong))).toBe(true)
    }
  })
})

describe("an upcaster", () => {
  it("may read the metadata, the times, the stream and the version of the stored event, at every step", () => {
    const Who = Schema.Struct({ who: Schema.String, when: Schema.Finite, where: Schema.String })
    const codec = EventCodec.makeUnsafe([
      EventType.make("Noted", Schema.Struct({})).pipe(
        EventType.renamedFrom("Jotted"),
        EventType.upcast(Schema.Struct({ who: Schema.String }), (_, { metadata }) => ({ who: metadata.actor ?? "?" })),
        EventType.upcast(Who, ({ who }, { occurredAt, recordedAt, stream, type, version }) => ({
          who,
          when: recordedAt.epochMilliseconds - occurredAt.epochMilliseconds,
          where: `${stream}@${version} ${type}`
        }))
      )
    ])
    expect(codec.decode(stored("Jotted", 1, {})))
      .toEqual(Result.succeed([{ _tag: "Noted", who: "Ada", when: 1000, where: "shop-1@7 Jotted" }]))
    expect(codec.decode(stored("Noted", 2, { who: "Bob" }, { version: StreamVersion(8) })))
      .toEqual(Result.succeed([{ _tag: "Noted", who: "Bob", when: 1000, where: "shop-1@8 Noted" }]))
  })
})

const Placed = EventType.make("Placed", Schema.Struct({ by: Schema.String }))

describe("an upcaster or a split that declares the stored event", () => {
  const From1 = Schema.Struct({ by: Schema.String })
  const Noted = EventType.make("Noted", Schema.Struct({}))
  const narrow = { stream: stream("shop-1"), version: StreamVersion(7), type: "Noted", schemaVersion: 1, data: {} }
  const declaring: ReadonlyArray<[string, Pick<EventCodec.EventCodec<EventType.Tagged>, "columns" | "decode">]> = [
    [
      "as its second parameter",
      EventCodec.makeUnsafe([
        Noted.pipe(EventType.upcast(From1, (_, { metadata }) => ({ by: metadata.actor ?? "?" })))
      ])
    ],
    [
      "as a rest parameter",
      EventCodec.makeUnsafe([
        Noted.pipe(EventType.upcast(From1, (...[, { metadata }]) => ({ by: metadata.actor ?? "?" })))
      ])
    ],
    [
      "in a split",
      EventCodec.makeUnsafe([
        Placed,
        Noted.pipe(EventType.splitInto([Placed], (_, { metadata }) => [Placed.make({ by: metadata.actor ?? "?" })]))
      ])
    ]
  ]

  it.each(declaring)("%s needs all columns, and gets them", (_, codec) => {
    expect(codec.columns).toEqual(columns)
    expect(Result.getOrThrow(codec.decode(stored("Noted", 1, {})))).toMatchObject([{ by: "Ada" }])
    expect(failureOf(codec.decode(narrow)).message).toContain("needs the event with all of its columns")
  })

  it("needs more columns than one that declares the fields alone", () => {
    const codec = EventCodec.makeUnsafe([Noted.pipe(EventType.upcast(From1, (v1) => ({ ...v1, by: "Bob" })))])
    expect(codec.columns).toEqual(["stream", "version", "type", "schemaVersion", "data"])
    expect(codec.decode(narrow)).toEqual(Result.succeed([{ _tag: "Noted", by: "Bob" }]))
  })
})

const Line = EventType.make("Line", Schema.Struct({ sku: Schema.NonEmptyString })).pipe(
  EventType.upcast(Cents, ({ sku }) => ({ sku, cents: 0 }))
)
const Taken = EventType.make("Taken", Schema.Struct({ skus: Schema.Array(Schema.String) })).pipe(
  EventType.upcast(
    Schema.Struct({ by: Schema.String, skus: Schema.Array(Schema.String) }),
    (v1) => ({ ...v1, by: "?" })
  ),
  EventType.renamedFrom("Received"),
  EventType.splitInto([Placed, Line], ({ by, skus }, { version }) => [
    Placed.make({ by }),
    ...skus.map((sku) => Line.make({ sku, cents: version }))
  ])
)
const Viewed = EventType.retired("Viewed").pipe(EventType.renamedFrom("Looked"))
const shop = EventCodec.makeUnsafe([Taken, Placed, Viewed, Line])

describe("a type that is split", () => {
  it("is read as the events of other types, in their order, upcast first and under each of its names", () => {
    const events = [Placed.make({ by: "?" }), Line.make({ sku: "a", cents: 7 }), Line.make({ sku: "b", cents: 7 })]
    expect(shop.decode(stored("Taken", 1, { skus: ["a", "b"] }))).toEqual(Result.succeed(events))
    expect(shop.decode(stored("Received", 2, { by: "?", skus: ["a", "b"] }))).toEqual(Result.succeed(events))
  })

  it("may be read as no event", () => {
    const codec = EventCodec.makeUnsafe([Priced.pipe(EventType.splitInto([Placed], () => [])), Placed])
    expect(codec.decode(stored("Priced", 1, { sku: "a", euros: 1 }))).toEqual(Result.succeed([]))
  })

  it("may give more events than a function call takes arguments", () => {
    const skus = Array.from({ length: 200_000 }, () => "a")
    const events = Result.getOrThrow(EventCodec.decodeAll(shop, [stored("Taken", 2, { by: "Ada", skus })]))
    expect(events).toHaveLength(200_001)
  })

  it("is refused if an event does not fit its schema, with the event and the field", () => {
    expect(failureOf(shop.decode(stored("Taken", 2, { by: "Ada", skus: ["a", ""] })))).toMatchObject({
      _tag: "UndecodableEvent",
      reason: expect.stringMatching(
        /^the split of Taken into Placed, Line gives, at \[2\], a Line that does not fit its schema:[^]*\["sku"\]/
      )
    })
  })

  it.each<[string, unknown, string]>([
    ["no array", { _tag: "Placed", by: "Ada" }, "the split of Priced into Placed must give an array of events"],
    ["nothing", undefined, "the split of Priced into Placed must give an array of events"],
    ["a promise", Promise.resolve([]), "the split of Priced into Placed must give an array of events"],
    [
      "an event of another type",
      [{ _tag: "Line", sku: "a", cents: 1 }],
      "the split of Priced into Placed gives, at [0], an event of another type"
    ],
    ["a hole", Array(1), "the split of Priced into Placed gives, at [0], an event of another type"],
    ["null", [null], "the split of Priced into Placed gives, at [0], an event of another type"]
  ])("is refused if it gives %s", (_, given, reason) => {
    const codec = EventCodec.makeUnsafe([
      Placed,
      Priced.pipe(EventType.splitInto([Placed], () => malformed<never>(given)))
    ])
    expect(failureOf(codec.decode(stored("Priced", 1, { sku: "a", euros: 1 }))))
      .toMatchObject({ _tag: "UndecodableEvent", reason })
  })

  it("is refused if its function throws, and if the data does not fit", () => {
    const thrower = () => {
      throw new Error("no")
    }
    const codec = EventCodec.makeUnsafe([Placed, Priced.pipe(EventType.splitInto([Placed], thrower))])
    expect(failureOf(codec.decode(stored("Priced", 1, { sku: "a", euros: 1 })))).toMatchObject({
      _tag: "UndecodableEvent",
      reason: "the split of Priced into Placed threw Error: no"
    })
    expect(failureOf(shop.decode(stored("Taken", 2, { by: 1 })))._tag).toBe("UndecodableEvent")
    expect(failureOf(shop.decode(stored("Taken", 3, {})))).toMatchObject({ _tag: "NewerSchemaVersion", latest: 2 })
  })
})

describe("a retired type", () => {
  it("is read as no event, under each of its names, whatever its version and data", () => {
    const events = [stored("Viewed", 1, { page: 1 }), stored("Looked", 99, null), stored("Viewed", 3, "garbage")]
    expect(events.map(shop.decode)).toEqual(events.map(() => Result.succeed([])))
  })
})

describe("a codec with former types", () => {
  it("does not write them", () => {
    for (const name of ["Taken", "Viewed"]) {
      expect(failureOf(shop.encode(malformed({ _tag: name, by: "Ada", skus: [] }))).message)
        .toBe(`${name} cannot be encoded: the type is retired or split`)
    }
  })

  it("finds a type under the types that are split into it, and reads retired ones", () => {
    expect(shop.storedTypes(["Placed"])).toEqual(["Taken", "Received", "Placed"])
    expect(shop.storedTypes()).toEqual(["Taken", "Received", "Placed", "Viewed", "Looked", "Line"])
  })

  it("differs in its fingerprint from a codec whose types are not retired or split", () => {
    expect(shop.fingerprint).toBe("Line@2,Placed@1,Taken@2>Placed+Line,Viewed@retired")
  })

  it("decodes a history, or gives the first error", () => {
    const history = [
      stored("Placed", 1, { by: "Ada" }),
      stored("Viewed", 1, {}),
      stored("Taken", 2, { by: "Bob", skus: ["a"] })
    ]
    expect(EventCodec.decodeAll(shop, history))
      .toEqual(Result.succeed([
        Placed.make({ by: "Ada" }),
        Placed.make({ by: "Bob" }),
        Line.make({ sku: "a", cents: 7 })
      ]))
    expect(failureOf(EventCodec.decodeAll(shop, [...history, stored("X", 1, {}), stored("Y", 1, {})])).type).toBe("X")
  })

  it.each<[string, () => unknown, string]>([
    [
      "a type is split into one that it does not have",
      () => EventCodec.make([Taken, Placed]),
      "event type Taken must be split into types of the codec that are written: add \"Line\" to the codec"
    ],
    [
      "a type is split into a retired one",
      () => EventCodec.make([Taken, Placed, EventType.retired("Line")]),
      "event type Taken must be split into types of the codec that are written: add \"Line\" to the codec"
    ],
    [
      "a type is split into a former name",
      () => EventCodec.make([Taken, Placed, EventType.make("Row", Cents).pipe(EventType.renamedFrom("Line"))]),
      "event type Taken must be split into types of the codec that are written: add \"Line\" to the codec"
    ],
    [
      "a type is split into itself",
      () => EventCodec.make([Priced.pipe(EventType.splitInto([Priced], () => []))]),
      "event type Priced must be split into types of the codec that are written: add \"Priced\" to the codec"
    ],
    [
      "a type is written and retired",
      () => EventCodec.make([Placed, EventType.retired("Placed")]),
      "event type Placed must not use the name \"Placed\" a second time"
    ]
  ])("is refused if %s", (_, make, message) => {
    expect(make()).toMatchObject({ failure: { _tag: "InvalidInput", message } })
  })

  it("has the events of its written types", () => {
    expectTypeOf<EventCodec.EventOf<typeof shop>>().toEqualTypeOf<typeof Placed.Event | typeof Line.Event>()
    expectTypeOf(() => [
      // @ts-expect-error a former type cannot be upcast
      Viewed.pipe(EventType.upcast(Cents, () => ({ sku: "a", cents: 1 }))),
      // @ts-expect-error a type is not split into a former type
      Priced.pipe(EventType.splitInto([Viewed], () => [])),
      // @ts-expect-error the events are of the given types
      Priced.pipe(EventType.splitInto([Placed], ({ sku }) => [Line.make({ sku, cents: 1 })])),
      // @ts-expect-error version 1 has no cents
      Priced.pipe(EventType.splitInto([Placed], ({ cents }) => [Placed.make({ by: cents })]))
    ]).toBeFunction()
  })
})
