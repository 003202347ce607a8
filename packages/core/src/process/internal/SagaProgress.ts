/**
 * The progress of a saga, recorded with each reaction: its state without its data. An instance is folded from what was
 * recorded, so that a later definition does not change what has happened. The data are those that `start` gives.
 */
import type { Tagged } from "../../event/EventType.ts"
import type { Envelope } from "../../project/Projection.ts"
import type { Progress } from "./Progress.ts"
import type { SagaPlan } from "./SagaPlan.ts"
import type { NotStarted, SagaState, Started } from "./SagaState.ts"
import { keepEarlier, startedBy } from "./SagaTransition.ts"

/** Records and restores the progress of a saga. */
export const make = <Event extends Tagged, Data>(plan: SagaPlan<Event, Data>): Progress<Event, SagaState<Data>> => ({
  record: (state) => {
    if (state.status === "NotStarted") return { status: state.status, earlier: state.earlier?.length ?? 0 }
    const { data: _, early, ...progress } = state
    // Spread, since an interface is not assignable to a JSON object.
    return { ...progress, early: early.map((outcome) => ({ ...outcome })) }
  },
  restore: (before, recorded, decode) => {
    // `record` made it.
    const progress = recorded as unknown as RecordedProgress
    if (before.status !== "NotStarted")
      return progress.status === "NotStarted"
        ? before
        : { ...progress, data: before.data }
    const { context: { envelope }, inputs } = decode()
    // Only an event changes a saga that has not started.
    return envelope === undefined
      ? before
      : restoreFirst(plan, before, progress, { events: inputs as ReadonlyArray<Event>, envelope })
  }
})

interface Observed<Event> {
  /** More than one where the type of the stored event is split. */
  readonly events: ReadonlyArray<Event>
  readonly envelope: Envelope
}

// The state after events before the start, or after the one that started the saga.
const restoreFirst = <Event extends Tagged, Data>(
  plan: SagaPlan<Event, Data>,
  before: NotStarted,
  progress: RecordedProgress,
  { envelope, events }: Observed<Event>
): SagaState<Data> => {
  if (progress.status === "NotStarted") {
    const count = progress.earlier - (before.earlier?.length ?? 0)
    const named = events.filter(({ _tag }) => plan.startOn.includes(_tag))
    const kept = (named.length < count ? events : named).slice(0, count)
    return kept.reduce((state, event) => keepEarlier(state, { event, envelope }), before)
  }
  let state = before
  for (const event of events) {
    const first = startedBy(plan, state, event, envelope)
    if (first !== undefined) return { ...progress, data: first.data }
    if (plan.startOn.includes(event._tag)) state = keepEarlier(state, { event, envelope })
  }
  const tags = events.map(({ _tag }) => `"${_tag}"`).join(", ")
  throw new Error(`start gives None for the event ${tags} that started this saga`)
}

type RecordedProgress = { readonly status: "NotStarted"; readonly earlier: number } | Omit<Started<never>, "data">
