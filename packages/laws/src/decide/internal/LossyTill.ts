/**
 * A till whose events lose a part of their data when they are stored: a field that the schema does not have, fractions
 * of a cent, and the sign of zero. Its state shows which events were folded, the decided or the stored ones.
 */
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as View from "@refold/core/decide/View"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as fc from "fast-check"
import * as Recode from "../../event/internal/Recode.ts"

const Cents = Schema.Finite.pipe(
  Schema.decodeTo(
    Schema.Finite,
    SchemaTransformation.transform({
      decode: (euros: number) => euros,
      encode: (euros: number) => Math.round(euros * 100) / 100
    })
  )
)

const Paid = EventType.make("Paid", Schema.Struct({ euros: Cents, before: Schema.String }))

/** The events of a till. */
export type Event = typeof Paid.Event

/** A payment. */
export interface Command {
  readonly euros: number
  readonly discount: number
}

/** The schema of a till's state. */
export const State = Schema.Struct({
  total: Schema.Finite,
  sign: Schema.Finite,
  last: Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.String]))
})

/** The state of a till: the sum, the sign of the last payment, and all fields of its event. */
export type State = typeof State.Type

/** The aggregate. Each decision shows the state that it was made on. */
export const aggregate = Aggregate.makeUnsafe<Command, State, Event, never>({
  category: "till",
  events: EventCodec.makeUnsafe([Paid]),
  decider: Decider.make<Command, State, Event, never>({
    initialState: { total: 0, sign: 1, last: {} },
    decide: ({ discount, euros }, state) => {
      const fields = { discount, euros, before: Object.keys(state.last).toSorted().join() + String(state.total) }
      return Result.succeed([Paid.make(fields)])
    },
    evolve: ({ total }, { _tag, ...last }) => ({
      total: total + last.euros,
      sign: Object.is(last.euros, -0) ? -1 : 1,
      last: { ...last }
    })
  })
})

/** Payments; most lose something when they are stored. */
export const commands: fc.Arbitrary<Command> = fc.record({
  euros: fc.oneof(fc.constant(-0), fc.integer({ min: 0, max: 9999 }).map((n) => n / 1000)),
  discount: fc.integer({ min: 1, max: 9 })
})

/** The events and the state after each command, as they are read back. */
export const expected = (commands: ReadonlyArray<Command>) => {
  const { events: codec, decider } = aggregate
  let state = decider.initialState
  return commands.map((command) => {
    const events = Result.getOrThrow(decider.decide(command, state)).map((event) =>
      Result.getOrThrow(Recode.recode(codec, event))
    )
    state = View.foldFrom(decider, state, events)
    return { events, state }
  })
}
