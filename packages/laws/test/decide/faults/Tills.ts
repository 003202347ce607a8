/** Handlers and parts that cache the decided events instead of the stored ones. */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import * as View from "@refold/core/decide/View"
import type { Projection } from "@refold/core/project/Projection"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import * as Together from "@refold/store/decide/Together"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type * as LossyTill from "../../../src/decide/internal/LossyTill.ts"
import type { MakeHandler } from "../../../src/decide/internal/RememberedLaws.ts"
import type { MakePart } from "../../../src/project/internal/RememberedRowLaws.ts"

type Till = Aggregate<LossyTill.Command, LossyTill.State, LossyTill.Event, never>

// The same aggregate, and the state folded from the events of the last decision.
const watched = (aggregate: Till) => {
  const { decider } = aggregate
  const last = { events: [] as ReadonlyArray<LossyTill.Event>, state: decider.initialState }
  const decide: typeof decider.decide = (command, state) => {
    const decided = decider.decide(command, state)
    last.events = Result.getOrElse(decided, () => [])
    last.state = View.foldFrom(decider, state, last.events)
    return decided
  }
  return { last, aggregate: { ...aggregate, decider: { ...decider, decide } } }
}

export const answersWithTheDecidedState: MakeHandler = (till, options) => {
  const { aggregate, last } = watched(till)
  const handle = CommandHandler.make(aggregate, options)
  return (...args) => Effect.map(handle(...args), (handled) => ({ ...handled, state: last.state }))
}

export const answersWithTheDecidedEvents: MakeHandler = (till, options) => {
  const { aggregate, last } = watched(till)
  const handle = CommandHandler.make(aggregate, options)
  return (...args) => Effect.map(handle(...args), (handled) => ({ ...handled, events: last.events }))
}

export const decidesOnTheDecidedState: MakeHandler = (till, options) => {
  const states = new Map<string, LossyTill.State>()
  return (id, command, ...rest) => {
    const decide: typeof till.decider.decide = (command, state) => {
      const known = states.get(id) ?? state
      const decided = till.decider.decide(command, known)
      states.set(id, View.foldFrom(till.decider, known, Result.getOrElse(decided, () => [])))
      return decided
    }
    return CommandHandler.make({ ...till, decider: { ...till.decider, decide } }, options)(id, command, ...rest)
  }
}

type Row = Pick<Projection<never, LossyTill.State>, "name" | "version" | "definition" | "isInline" | "encode">

const rowsOf = (last: { readonly state: LossyTill.State }, inline: ReadonlyArray<Row> = []) =>
  inline.map((projection) => ({ ...projection, encode: () => projection.encode(last.state) }))

export const writesRowsOfTheDecidedState: MakeHandler = (till, { inline }) => {
  const { aggregate, last } = watched(till)
  return CommandHandler.make(aggregate, { inline: rowsOf(last, inline) })
}

export const partsWriteRowsOfTheDecidedState: MakePart = (till, id, command, { inline } = {}) => {
  const { aggregate, last } = watched(till)
  return Together.part(aggregate, id, command, { inline: rowsOf(last, inline) })
}
