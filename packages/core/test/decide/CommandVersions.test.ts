import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import * as Aggregate from "../../src/decide/Aggregate.ts"
import * as CommandVersions from "../../src/decide/CommandVersions.ts"
import * as Decider from "../../src/decide/Decider.ts"
import type * as EventCodec from "../../src/event/EventCodec.ts"
import { failureOf, malformed } from "../support/Sample.ts"
import { events } from "../support/Transfers.ts"

const Euros = Schema.TaggedStruct("Pay", { euros: Schema.Number })
const Cents = Schema.TaggedStruct("Pay", { cents: Schema.Int })
const InCurrency = Schema.TaggedStruct("Pay", { cents: Schema.Int, currency: Schema.String })

const two = CommandVersions.make(Euros).pipe(
  CommandVersions.upcast(Cents, ({ euros }) => ({ _tag: "Pay", cents: euros * 100 }))
)
const three = two.pipe(CommandVersions.upcast(InCurrency, (command) => ({ ...command, currency: "EUR" })))

const codecOf = <Command>(
  commands: CommandVersions.CommandVersions<Command> | Schema.ConstraintCodec<Command, unknown>
) =>
  Result.map(
    Aggregate.make({
      category: "payment",
      events,
      commands,
      decider: Decider.make<Command, null, EventCodec.EventOf<typeof events>, never>({
        initialState: null,
        decide: () => Result.succeed([]),
        evolve: (state) => state
      })
    }),
    ({ commands: made }) => Option.getOrThrow(made)
  )
const made = Result.getOrThrow(codecOf(three))

describe("versions of commands", () => {
  it("are written and parsed in the latest one", () => {
    const command = { _tag: "Pay", cents: 5, currency: "EUR" } as const
    expect(made.schemaVersion).toBe(3)
    expect(Result.getOrThrow(made.decode(Result.getOrThrow(made.encode(command))))).toEqual(command)
    expect(failureOf(made.decode({ _tag: "Pay", euros: 1 }))).toMatchObject({ _tag: "CommandInvalid" })
  })

  it("are read in any of them, and upcast step by step", () => {
    const upcast = { _tag: "Pay", cents: 200, currency: "EUR" }
    expect(Result.getOrThrow(made.decodeFrom({ _tag: "Pay", euros: 2 }, 1))).toEqual(upcast)
    expect(Result.getOrThrow(made.decodeFrom({ _tag: "Pay", cents: 200 }, 2))).toEqual(upcast)
    expect(Result.getOrThrow(made.decodeFrom(upcast, 3))).toEqual(upcast)
  })

  it("are version 1 only for a schema without versions", () => {
    const plain = Result.getOrThrow(codecOf(Euros))
    expect(plain.schemaVersion).toBe(1)
    expect(Result.getOrThrow(plain.decodeFrom({ _tag: "Pay", euros: 2 }, 1))).toEqual({ _tag: "Pay", euros: 2 })
  })

  it("refuse an upcaster's result that does not fit, and name the version and the field", () => {
    expect(failureOf(made.decodeFrom({ _tag: "Pay", euros: 19.99 }, 1))).toMatchObject({
      issues: [{ path: "cents", message: expect.stringContaining("after the upcast to schema version 2") }]
    })
  })

  it("drop excess properties of an upcaster's result", () => {
    const spread = CommandVersions.make(Euros).pipe(
      CommandVersions.upcast(Cents, (command) => ({ ...command, cents: 1 }))
    )
    const { decodeFrom } = Result.getOrThrow(codecOf(spread))
    expect(Result.getOrThrow(decodeFrom({ _tag: "Pay", euros: 2 }, 1))).toEqual({ _tag: "Pay", cents: 1 })
  })

  it("report that an upcaster threw", () => {
    const throwing = CommandVersions.make(Euros).pipe(
      CommandVersions.upcast(Cents, (): never => {
        throw new Error("no idea")
      })
    )
    const { decodeFrom } = Result.getOrThrow(codecOf(throwing))
    expect(failureOf(decodeFrom({ _tag: "Pay", euros: 2 }, 1))).toMatchObject({
      issues: [{ path: "", message: "the upcaster to schema version 2 threw Error: no idea" }]
    })
  })

  it.each([0, 4, 1.5, -1])("refuse a command of the unknown version %d", (version) => {
    expect(failureOf(made.decodeFrom({ _tag: "Pay", euros: 2 }, version))).toMatchObject({
      issues: [{ message: expect.stringContaining("known schema version (1, 2, 3)") }]
    })
  })

  it("may begin at a later version, a whole number from 1", () => {
    expect(Result.getOrThrow(codecOf(CommandVersions.make(Euros, { schemaVersion: 4 }))).schemaVersion).toBe(4)
    for (const schemaVersion of [0, 1.5, NaN]) {
      expect(failureOf(codecOf(CommandVersions.make(Euros, { schemaVersion })))).toMatchObject({
        field: "commands",
        rule: "must start at schema version 1 or later"
      })
    }
    expect(failureOf(codecOf(malformed<typeof two>({ ...two, versions: [] })))).toMatchObject({ field: "commands" })
  })
})
