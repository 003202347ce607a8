/** What every view promises: its states are folds, whoever folds, and however the events are cut. */
import * as View from "@refold/core/decide/View"
import { freeze } from "../../kit/internal/Freeze.ts"
import * as Law from "../../kit/Law.ts"

/** This is what snapshots, projections in batches and tails stand on. */
export const foldingGoesOn = <State, Event>(view: View.View<State, Event>) =>
  Law.make<readonly [ReadonlyArray<Event>, ReadonlyArray<Event>]>(
    "folding xs then ys is folding xs ++ ys",
    ([xs, ys]) => ({
      left: View.foldFrom(view, View.fold(view, xs), ys),
      right: View.fold(view, [...xs, ...ys])
    })
  )

/** All arrays and plain objects given to `evolve` are frozen, so that one which changes them throws. */
export const evolvingChangesNothing = <State, Event>(view: View.View<State, Event>) =>
  Law.make<ReadonlyArray<Event>>("evolve changes neither the state nor the event that it is given", (events) => {
    const frozen = { ...view, evolve: (state: State, event: Event) => view.evolve(freeze(state), freeze(event)) }
    return { left: View.fold(frozen, events), right: View.fold(view, events) }
  })
