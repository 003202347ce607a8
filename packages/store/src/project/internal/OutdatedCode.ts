/** Whether the code of this program is too old for an event: kept for the program, logged once, and as a metric. */
import type { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type { NewerEvent } from "../ReadModelStore.ts"
import * as NewerEvents from "./NewerEvents.ts"

/** By generation, the event at which this program waits. */
export type Stops = Map<number, NewerEvent>

/** The error of the first event at which this program waits; None if it waits at none. */
export const read = (stops: Stops): Effect.Effect<Option.Option<NewerSchemaVersion>> =>
  Effect.sync(() => Option.map(Option.fromUndefinedOr([...stops.values()][0]), NewerEvents.toError))

/** Notes the event at which a batch stopped, if any. Logs a warning for each event once. */
export const note = Effect.fnUntraced(function*(
  stops: Stops,
  { id, name }: { readonly id: number; readonly name: string },
  newer: NewerEvent | undefined
): Effect.fn.Return<void> {
  const before = stops.get(id)
  if (newer === undefined) stops.delete(id)
  else stops.set(id, newer)
  yield* Metric.update(Metric.withAttributes(outdated, { projection: name }), stops.size > 0 ? 1 : 0)
  if (newer === undefined || newer.position === before?.position) return
  const { message } = NewerEvents.toError(newer)
  yield* Effect.logWarning(`projection "${name}" waits before position ${newer.position} for newer code: ${message}`)
})

const outdated = Metric.gauge("refold_projection_outdated", {
  description: "1 while the code of this program is too old for the next event"
})
