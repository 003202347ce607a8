/** State as a fold over events: the basis of aggregates, projections, snapshots and time travel. */

/**
 * An initial state and a function that applies an event to a state. `evolve` is pure and must not throw. It must not depend
 * on the order of keys in the state or the event, which stores do not keep: an order that matters belongs in an array.
 */
export interface View<State, Event> {
  readonly initialState: State
  readonly evolve: (state: State, event: Event) => State
}

/** The state after these events. */
export const fold = <State, Event>(view: View<State, Event>, events: Iterable<Event>): State =>
  foldFrom(view, view.initialState, events)

/** The state after these events, starting from `state`: the fold of the events before them. */
export const foldFrom = <State, Event>(view: View<State, Event>, state: State, events: Iterable<Event>): State => {
  let folded = state
  for (const event of events) folded = view.evolve(folded, event)
  return folded
}
