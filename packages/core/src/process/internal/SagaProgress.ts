/**
 * The progress of a saga, recorded with each reaction: its state without its data. An instance is folded from what was
 * recorded, so that a later definition does not change what has happened. The data are those that `start` gives.
 */
import type { Tagged } from "../../event/EventType.ts"
import type { Progress } from "./Progress.ts"
import type { SagaPlan } from "./SagaPlan.ts"
import type { SagaState, Started } from "./SagaState.ts"
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
    const { context: { envelope }, input } = decode()
    // Only an event changes a saga that has not started.
    if (envelope === undefined) return before
    const event = input as Event
    if (progress.status === "NotStarted") {
      return progress.earlier > (before.earlier?.length ?? 0) ? keepEarlier(before, { event, envelope }) : before
    }
    const first = startedBy(plan, before, event, envelope)
    if (first === undefined) throw new Error(`start gives None for the event "${event._tag}" that started this saga`)
    return { ...progress, data: first.data }
  }
})

type RecordedProgress = { readonly status: "NotStarted"; readonly earlier: number } | Omit<Started<never>, "data">
