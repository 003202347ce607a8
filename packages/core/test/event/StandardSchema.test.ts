import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { StandardSchemaV1 } from "effect/StandardSchema"
import { describe, expect, expectTypeOf, it } from "vitest"
import * as z from "zod"
import * as Aggregate from "../../src/decide/Aggregate.ts"
import * as Decider from "../../src/decide/Decider.ts"
import * as EventCodec from "../../src/event/EventCodec.ts"
import * as EventType from "../../src/event/EventType.ts"
import { Position } from "../../src/event/Position.ts"
import type { RecordedEvent } from "../../src/event/RecordedEvent.ts"
import * as StandardSchema from "../../src/event/StandardSchema.ts"
import { StreamVersion } from "../../src/event/StreamVersion.ts"
import { at, eventId, stream } from "../support/Sample.ts"

const Paid = EventType.make(
  "Paid",
  StandardSchema.make(z.object({ cents: z.int().positive(), to: z.object({ name: z.string() }) }))
).pipe(
  EventType.upcast(
    StandardSchema.make(z.object({ cents: z.int().positive(), name: z.string(), note: z.string().optional() })),
    ({ cents, to }) => ({ cents, name: to.name })
  )
)
const codec = EventCodec.makeUnsafe([Paid])

const stored = (schemaVersion: number, data: RecordedEvent["data"]): RecordedEvent => ({
  id: eventId(1),
  metadata: {},
  occurredAt: at(0),
  recordedAt: at(0),
  stream: stream("account-1"),
  version: StreamVersion(1),
  position: Position(1),
  commit: Position(1),
  type: "Paid",
  schemaVersion,
  data
})

describe("an event type with a schema of zod", () => {
  it("has the fields of the schema", () => {
    expectTypeOf(Paid.Event).toEqualTypeOf<
      EventType.Tagged<"Paid", { cents: number; name: string; note?: string | undefined }>
    >()
    // @ts-expect-error -- a name is a text
    expect(Paid.make({ cents: 1, name: 2 })._tag).toBe("Paid")
  })

  it("stores the fields as they are, and reads them back", () => {
    const encoded = Result.getOrThrow(codec.encode(Paid.make({ cents: 5, name: "ada" })))
    expect(encoded).toEqual({ type: "Paid", schemaVersion: 2, data: { cents: 5, name: "ada" } })
    expect(Result.getOrThrow(codec.decode(stored(2, encoded.data)))).toEqual([{ _tag: "Paid", cents: 5, name: "ada" }])
  })

  it("reads older versions by its upcasters", () => {
    expect(Result.getOrThrow(codec.decode(stored(1, { cents: 5, to: { name: "ada" } }))))
      .toEqual([{ _tag: "Paid", cents: 5, name: "ada" }])
  })

  it.each<[string, { readonly cents: number; readonly name: string }, string]>([
    ["what does not fit", { cents: -1, name: "ada" }, "cents"],
    ["what is not JSON", { cents: 5, name: "ada", at: new Date(0) } as never, "at"]
  ])("does not encode %s, and names the field", (_, fields, field) => {
    const { reason } = Result.getOrThrow(Result.flip(codec.encode(Paid.make(fields))))
    expect(reason).toContain(field)
  })

  it("refuses stored data that does not fit, and names the path of the field", () => {
    const error = Result.getOrThrow(Result.flip(codec.decode(stored(1, { cents: 5, to: { name: 7 } }))))
    expect(error).toMatchObject({ _tag: "UndecodableEvent" })
    expect(error.message).toContain("[\"to\"][\"name\"]")
  })
})

describe("an aggregate with commands of zod", () => {
  const commands = StandardSchema.make(z.discriminatedUnion("_tag", [
    z.object({ _tag: z.literal("Pay"), cents: z.int() }),
    z.object({ _tag: z.literal("Close") })
  ]))
  const decider = Decider.make<typeof commands.Type, number, EventCodec.EventOf<typeof codec>, never>({
    initialState: 0,
    evolve: (paid, { cents }) => paid + cents,
    decide: (command) =>
      command._tag === "Pay" ? { events: [Paid.make({ cents: command.cents, name: "" })] } : { events: [] }
  })
  const aggregate = Aggregate.makeUnsafe({ category: "bill", events: codec, commands, decider })

  it("parses commands, and lists the problems of others by their path", () => {
    expect(Aggregate.parseCommand(aggregate, { _tag: "Pay", cents: 5 })).toEqual(
      Result.succeed({ _tag: "Pay", cents: 5 })
    )
    const error = Result.getOrThrow(Result.flip(Aggregate.parseCommand(aggregate, { _tag: "Pay", cents: "five" })))
    expect(error).toMatchObject({ _tag: "CommandInvalid", issues: [{ path: "cents" }] })
  })
})

describe("a Standard Schema", () => {
  const of = (validate: StandardSchemaV1<object>["~standard"]["validate"]) =>
    Schema.decodeUnknownResult(StandardSchema.make<object>({ "~standard": { version: 1, vendor: "mine", validate } }))

  it("that transforms values has no effect on them", () => {
    const schema = StandardSchema.make(z.object({ a: z.int() }))
    expect(Schema.decodeUnknownSync(schema)({ a: 1, b: 2 })).toEqual({ a: 1, b: 2 })
    // @ts-expect-error -- input and output differ
    StandardSchema.make(z.object({ a: z.string().transform(Number) }))
  })

  it("that validates asynchronously rejects every value, with a reason", () => {
    const decoded = of((value) => Promise.resolve({ value: Object(value) }))({})
    expect(String(Result.getOrThrow(Result.flip(decoded)))).toContain("synchronously")
  })

  it("with paths of segment objects gives the path of the field", () => {
    const decoded = of(() => ({ issues: [{ message: "no luck", path: [{ key: "a" }, 0] }] }))({ a: [1] })
    expect(String(Result.getOrThrow(Result.flip(decoded)))).toMatch(/no luck[^]*\["a"\]\[0\]/)
  })

  it("that throws is a failure of the schema", () => {
    const broken = EventCodec.makeUnsafe([EventType.make(
      "Broken",
      StandardSchema.make<{ readonly a: number }>({
        "~standard": {
          version: 1,
          vendor: "mine",
          validate: () => {
            throw new Error("never")
          }
        }
      })
    )])
    expect(Result.isFailure(broken.encode({ _tag: "Broken", a: 1 }))).toBe(true)
  })
})
