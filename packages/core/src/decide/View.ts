/** State as a fold over events: the one idea that aggregates, projections, snapshots and time travel share. */

/** A starting state and how each event changes it. `evolve` is pure and never fails: what has happened, has happened. */
export interface View<State, Event> {
  readonly initialState: State
  readonly evolve: (state: State, event: Event) => State
}

/** The state after these events. */
export const fold = <State, Event>(view: View<State, Event>, events: Iterable<Event>): State =>
  foldFrom(view, view.initialState, events)

/** The state after these events, from a state that the events before them led to. */
export const foldFrom = <State, Event>(view: View<State, Event>, state: State, events: Iterable<Event>): State => {
  let folded = state
  for (const event of events) folded = view.evolve(folded, event)
  return folded
}
