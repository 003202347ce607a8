/**
 * The progress of a saga, recorded with each reaction: its state without its data. An instance is folded from this
 * record, so that a later definition does not change what has happened. The data are those that `start` gives.
 */
import type { Tagged } from "../../event/EventType.ts"
import type { Envelope } from "../../project/Projection.ts"
import type { Progress } from "./Progress.ts"
import type { SagaPlan } from "./SagaPlan.ts"
import type { NotStarted, SagaState, Started } from "./SagaState.ts"
import { keepEarlier, startedBy } from "./SagaTransition.ts"
import type { Decoded } from "./TriggerInput.ts"

/** Records and restores the progress of a saga. */
export const make = <Event extends Tagged, Data>(plan: SagaPlan<Event, Data>): Progress<Event, SagaState<Data>> => ({
  record: (state) => {
    if (state.status === "NotStarted") return { status: state.status, earlier: state.earlier?.length ?? 0 }
    const { data: _, early, ...progress } = state
    // Spread, since an interface is not assignable to a JSON object.
    return { ...progress, early: early.map((outcome) => ({ ...outcome })) }
  },
  restore: (before, recorded, inputs) => {
    // `record` made it.
    const progress = recorded as unknown as RecordedProgress
    if (before.status !== "NotStarted") {
      return progress.status === "NotStarted" ? before : { ...progress, data: before.data }
    }
    return restoreFirst(plan, before, progress, inputs.flatMap(eventOf))
  }
})

interface Observed<Event> {
  readonly event: Event
  readonly envelope: Envelope
}

// Events have an envelope, signals have none. Only an event changes a saga that has not started.
const eventOf = <Event>({ context: { envelope }, input }: Decoded<Event>): ReadonlyArray<Observed<Event>> =>
  envelope === undefined ? [] : [{ event: input as Event, envelope }]

// The state after events before the start, or after the one that started the saga. A stored event of a split type has several.
const restoreFirst = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  before: NotStarted,
  progress: RecordedProgress,
  events: ReadonlyArray<Observed<Event>>
): SagaState<Data> => {
  if (progress.status === "NotStarted") {
    const count = progress.earlier - (before.earlier?.length ?? 0)
    const named = events.filter(({ event }) => plan.startOn.includes(event._tag))
    return (named.length < count ? events : named).slice(0, count).reduce(keepEarlier, before)
  }
  let state = before
  for (const one of events) {
    const first = startedBy(plan, state, one.event, one.envelope)
    if (first !== undefined) return { ...progress, data: first.data }
    if (plan.startOn.includes(one.event._tag)) state = keepEarlier(state, one)
  }
  const tags = events.map(({ event }) => `"${event._tag}"`).join(", ")
  throw new Error(
    events.length === 0
      ? "the type of the event that started this saga is not among its events"
      : `start gives None for the event ${tags} that started this saga`
  )
}

type RecordedProgress = { readonly status: "NotStarted"; readonly earlier: number } | Omit<Started<never>, "data">
