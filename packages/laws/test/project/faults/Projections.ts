/** Projections of the sample's events with one fault each. */
import * as Projection from "@refold/core/project/Projection"
import * as Schema from "effect/Schema"
import * as Sample from "../../../src/kit/internal/Sample.ts"
import * as Codecs from "../../event/faults/Codecs.ts"

const definition = {
  name: "coins by number of notes",
  version: 1,
  events: Sample.codec,
  categories: ["jar"],
  keys: (event: Sample.Event): ReadonlyArray<string> =>
    event._tag === "CoinsAdded" ? [`${event.notes.length}`, "all"] : ["all"],
  state: Schema.Struct({ coins: Schema.Int, notes: Schema.Array(Schema.String) }),
  initialState: { coins: 0, notes: [] },
  evolve: (state: { readonly coins: number; readonly notes: ReadonlyArray<string> }, event: Sample.Event) =>
    event._tag === "JarSealed" ? Projection.removed : {
      coins: state.coins + event.coins,
      notes: event._tag === "CoinsAdded" ? event.notes : state.notes
    }
}

type Evolve = typeof definition.evolve

const changed = (change: Partial<typeof definition>) => Projection.makeUnsafe({ ...definition, ...change })

export const sound = changed({})

let calls = 0

export const choosesRandomKeys = changed({ keys: () => [`${++calls % 3}`] })

/** Folds only the first event of a stored event that is split. */
export const foldsTheFirstEventOnly = changed({ events: Codecs.readsTheFirstEventOnly })

/** Keeps a variable outside of its state. */
export const countsItsEvents = (() => {
  let last = 0
  const evolve: Evolve = (state, event) => {
    const evolved = definition.evolve(state, event)
    return evolved === Projection.removed ? evolved : { ...evolved, coins: evolved.coins + last++ }
  }
  return changed({ evolve })
})()

export const sortsItsNotes = changed({
  evolve: (state, event) => {
    // `sort` mutates the array of the event.
    if (event._tag === "CoinsAdded") (event.notes as Array<string>).sort()
    return definition.evolve(state, event)
  }
})

export const cannotTakeCoins = changed({
  evolve: (state, event) => {
    if (event._tag === "CoinsTaken" && event.coins > state.coins) throw new Error("not enough coins")
    return definition.evolve(state, event)
  }
})

/** Its schema omits the notes. */
export const omitsItsNotes = Projection.makeUnsafe({
  ...definition,
  state: Schema.Struct({ coins: Schema.Int }) as unknown as typeof definition.state
})

/** Counts events of some types under the first key of the row. */
export const addsToTheFirstKey = Projection.makeUnsafe({
  ...definition,
  state: Schema.Struct({ byNumber: Schema.Record(Schema.String, Schema.Int) }),
  initialState: { byNumber: {} },
  evolve: ({ byNumber }, event) => {
    const [first = "none"] = Object.keys(byNumber)
    const key = event._tag === "CoinsAdded" ? `with ${event.notes.length} notes` : first
    return { byNumber: { ...byNumber, [key]: (byNumber[key] ?? 0) + 1 } }
  }
})

/** Not a fault: the last time of each actor. */
export const lastTimeOfActor = Projection.makeUnsafe({
  ...definition,
  state: Schema.Struct({ when: Schema.Finite }),
  initialState: { when: -1 },
  keys: (_, { metadata: { actor = "unknown" } }) => [actor],
  evolve: (_state, _event, { occurredAt }) => ({ when: occurredAt.epochMilliseconds })
})
