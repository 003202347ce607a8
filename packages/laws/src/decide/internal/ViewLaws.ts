/** The laws of views: a state is a fold, however the events are divided. */
import * as View from "@refold/core/decide/View"
import { freeze } from "../../kit/internal/Freeze.ts"
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
