/** The laws of views: a state is a fold, however the events are divided. */
import * as View from "@refold/core/decide/View"
import { freeze } from "../../kit/internal/Freeze.ts"
import * as ShuffleKeys from "../../kit/internal/ShuffleKeys.ts"
import * as Law from "../../kit/Law.ts"

/** Snapshots, batches of projections and tails depend on this law. */
export const foldingGoesOn = <State, Event>(view: View.View<State, Event>) =>
  Law.make<readonly [ReadonlyArray<Event>, ReadonlyArray<Event>]>(
    "folding events in two parts gives the same state as folding them at once",
    ([xs, ys]) => ({
      left: View.foldFrom(view, View.fold(view, xs), ys),
      right: View.fold(view, [...xs, ...ys])
    })
  )

/** The arrays and plain objects passed to `evolve` are frozen, so that a change throws. */
export const evolvingChangesNothing = <State, Event>(view: View.View<State, Event>) =>
  Law.make<ReadonlyArray<Event>>("evolve mutates neither the state nor the event that it is given", (events) => {
    const frozen = { ...view, evolve: (state: State, event: Event) => view.evolve(freeze(state), freeze(event)) }
    return { left: View.fold(frozen, events), right: View.fold(view, events) }
  })

/**
 * A snapshot, a row or an event that was stored has its keys in the order of the store, a cached state in that of the
 * code. A state that depends on it belongs in an array.
 */
export const keyOrderMeansNothing = <State, Event>(view: View.View<State, Event>) =>
  Law.make<readonly [ReadonlyArray<Event>, number]>(
    "the order of keys in events and states does not change a state",
    ([events, seed]) => {
      const shuffle = ShuffleKeys.make(seed)
      const shuffled = { ...view, evolve: (state: State, event: Event) => view.evolve(shuffle(state), shuffle(event)) }
      return { left: View.fold(shuffled, events), right: View.fold(view, events) }
    }
  )
