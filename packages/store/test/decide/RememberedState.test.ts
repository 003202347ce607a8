// The cached state of a handler is folded from the events as they are read back.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as AsOf from "@refold/core/journal/AsOf"
import * as Projection from "@refold/core/project/Projection"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as State from "@refold/store/decide/State"
import { EventStore } from "@refold/store/log/EventStore"
import * as PastRows from "@refold/store/project/PastRows"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Rebuild from "@refold/store/project/Rebuild"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as Stream from "effect/Stream"
import { expect, it } from "vitest"
import { run } from "../support/Account.ts"

const rounded = (digits: number) =>
  Schema.Finite.pipe(
    Schema.decodeTo(
      Schema.Finite,
      SchemaTransformation.transform({ decode: (n: number) => n, encode: (n: number) => Number(n.toFixed(digits)) })
    )
  )

const Noted = EventType.make("Noted", Schema.Struct({ euros: rounded(2), by: Schema.optionalKey(Schema.String) }))

type Fields = Parameters<typeof Noted.make>[0]

const Row = Schema.Struct({
  euros: Schema.Finite,
  sign: Schema.optionalKey(Schema.String),
  by: Schema.optionalKey(Schema.String),
  discount: Schema.optionalKey(Schema.Finite)
})

const notes = Aggregate.makeUnsafe<Fields, typeof Row.Type, typeof Noted.Event, never>({
  category: "notes",
  events: EventCodec.makeUnsafe([Noted]),
  decider: Decider.make<Fields, typeof Row.Type, typeof Noted.Event, never>({
    initialState: { euros: 0 },
    decide: (fields) => Result.succeed([Noted.make(fields)]),
    evolve: (state, { _tag, ...fields }) => ({ ...state, ...fields, sign: Object.is(fields.euros, -0) ? "-" : "+" })
  })
})

const rows = Projection.ofAggregateUnsafe(notes, { name: "notes", version: 1, state: Row })

const excess: Fields & { readonly discount: number } = { euros: 1, discount: 0.5 }

it.each<[string, Fields, typeof Row.Type]>([
  ["a field that the schema does not have", excess, { euros: 1, sign: "+" }],
  ["a digit that the schema rounds away", { euros: 3.0149999 }, { euros: 3.01, sign: "+" }],
  ["the sign of zero", { euros: -0 }, { euros: 0, sign: "+" }],
  ["nothing", { euros: 2, by: "Ada" }, { euros: 2, by: "Ada", sign: "+" }]
])(
  "answer, load, inline row, past row and rebuilt row agree if storing loses %s",
  (_, fields, state) =>
    run(Effect.gen(function*() {
      const row = Effect.map(ReadModel.get(rows, "notes-1"), Option.getOrThrow)
      yield* Projector.catchUp(rows)
      const handle = CommandHandler.make(notes, { inline: [rows] })
      const answer = yield* handle("1", fields)
      expect(answer.state).toStrictEqual(state)
      expect((yield* State.load(notes, "1")).state).toStrictEqual(state)
      expect((yield* row).state).toStrictEqual(state)
      expect(Option.getOrThrow(yield* PastRows.rowAsOf(rows, answer.stream, AsOf.version(1))).state).toStrictEqual(
        state
      )
      yield* Projector.catchUp(rows)
      expect((yield* row).state).toStrictEqual(state)
      yield* Stream.runDrain(Rebuild.rebuild(rows))
      expect((yield* row).state).toStrictEqual(state)
    }))
)

it("an answer has the events as they are stored, and so do repetitions under the same key", () =>
  run(Effect.gen(function*() {
    const handle = CommandHandler.make(notes)
    const first = yield* handle("1", { euros: 1.239 }, { idempotencyKey: "k" })
    expect(first.events).toEqual([Noted.make({ euros: 1.24 })])
    expect(yield* handle("1", { euros: 1.239 }, { idempotencyKey: "k" })).toEqual({ ...first, deduplicated: true })
  })))

it("an event whose encoded form cannot be decoded is refused, and nothing is stored", () =>
  run(Effect.gen(function*() {
    const Odd = EventType.make(
      "Odd",
      Schema.Struct({
        text: Schema.String.pipe(
          Schema.decodeTo(
            Schema.NonEmptyString,
            SchemaTransformation.transform({ decode: () => "", encode: (text: string) => text })
          )
        )
      })
    )
    const aggregate = Aggregate.makeUnsafe({
      category: "odd",
      events: EventCodec.makeUnsafe([Odd]),
      decider: Decider.make<null, number, typeof Odd.Event, never>({
        initialState: 0,
        decide: () => Result.succeed([Odd.make({ text: "a" })]),
        evolve: (count) => count + 1
      })
    })
    const error = yield* Effect.flip(CommandHandler.make(aggregate)("1", null))
    expect(error).toMatchObject({ _tag: "UnencodableEvent" })
    expect(error.message).toMatch(
      /^Odd cannot be encoded: its encoded form cannot be decoded: Expected a value with a length/
    )
    expect(yield* (yield* EventStore).head).toBe(0)
  })))
