/** Views and deciders with one fault each. */
import * as Decider from "@refold/core/decide/Decider"
import type { View } from "@refold/core/decide/View"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import * as Sample from "../../../src/kit/internal/Sample.ts"

let calls = 0

export const countsItsCalls: View<number, Sample.Event> = { initialState: 0, evolve: () => ++calls }

export const mutatesItsState: View<{ coins: number }, Sample.Event> = {
  initialState: { coins: 0 },
  evolve: (state) => {
    state.coins += 1
    return state
  }
}

type SampleDecider = typeof Sample.decider

export const refusesAtRandom: SampleDecider = {
  ...Sample.decider,
  decide: (command, state) =>
    ++calls % 3 === 0 ? Result.fail({ _tag: "IsSealed" }) : Sample.decider.decide(command, state)
}

export const decidesInTerminalStates: SampleDecider = {
  ...Sample.decider,
  decide: (command, state) => Sample.decider.decide(command, { ...state, _tag: "Open" })
}

const Priced = EventType.make("Priced", Schema.Struct({ prices: Schema.Record(Schema.String, Schema.Int) }))

const name = fc.constantFrom("al", "bob", "zoe")

export const priced: fc.Arbitrary<typeof Priced.Event> = fc.dictionary(name, fc.nat(9)).map((prices) =>
  Priced.make({ prices })
)

/** Takes the first price of an event as the default price. */
export const takesTheFirstPrice: View<{ readonly price: number | undefined }, typeof Priced.Event> = {
  initialState: { price: undefined },
  evolve: (_, { prices }) => ({ price: Object.values(prices)[0] })
}

const Joined = EventType.make("Joined", Schema.Struct({ name: Schema.String }))
const Served = EventType.make("Served", Schema.Struct({ name: Schema.String }))
type QueueEvent = typeof Joined.Event | typeof Served.Event

/** The codec of a queue's events. */
export const queueCodec = EventCodec.makeUnsafe([Joined, Served])

/** A command to a queue: join it, or, without a name, serve the first one. */
export const queueCommands: fc.Arbitrary<{ readonly name: string | undefined }> = fc.record({
  name: fc.option(name, { nil: undefined })
})

/** Serves the first key of an object, as if keys were in the order of joining. */
export const servesTheFirstKey = Decider.make<
  { readonly name: string | undefined },
  { readonly waiting: Readonly<Record<string, true>> },
  QueueEvent,
  never
>({
  initialState: { waiting: {} },
  decide: ({ name }, { waiting }) => {
    const [first] = Object.keys(waiting)
    if (name !== undefined) return Result.succeed([Joined.make({ name })])
    return Result.succeed(first === undefined ? [] : [Served.make({ name: first })])
  },
  evolve: ({ waiting }, event) => {
    const { [event.name]: _, ...others } = waiting
    return { waiting: event._tag === "Joined" ? { ...waiting, [event.name]: true } : others }
  }
})
