/**
 * Whether the code of this program is too old: for an event at which it waits, or because newer code has taken over. It is kept
 * in memory, logged once, and exported as a metric.
 */
import type { NewerSchemaVersion } from "@refold/core/event/DecodeError"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import { DefinitionMismatch, ProjectionOutdated } from "../ProjectionError.ts"
import type { NewerEvent, NotOwned } from "../ReadModelStore.ts"
import * as NewerEvents from "./NewerEvents.ts"

/** By generation, the event at which this program waits. */
export type Stops = Map<number, NewerEvent>

/**
 * Runs a projection, a process or a consumer in the background until the scope closes, and logs its failure. `outdated` is the error of
 * the first event at which it waits, or the one with which it ended because newer code has taken over; None without either.
 * `ended` fails as it ends.
 */
export const start = Effect.fnUntraced(function*<E, R>(
  { kind, name }: { readonly kind: "projection" | "process" | "consumer"; readonly name: string },
  run: (stops: Stops) => Effect.Effect<never, E, R>
): Effect.fn.Return<
  {
    readonly outdated: Effect.Effect<Option.Option<NewerSchemaVersion | NotOwned>>
    readonly ended: Effect.Effect<never, E>
  },
  never,
  Scope.Scope | R
> {
  const stops: Stops = new Map()
  let refused: NotOwned | undefined
  const running = run(stops).pipe(
    Effect.tapError((error) => {
      if (!(error instanceof ProjectionOutdated || error instanceof DefinitionMismatch)) return Effect.void
      refused = error
      return Metric.update(Metric.withAttributes(outdated, { projection: error.projection }), 1)
    }),
    Effect.tapCause((cause) => Effect.logError(`${kind} "${name}" has ended`, cause))
  )
  const fiber = yield* Effect.forkScoped(running)
  const first = () => [...stops.values()].map(NewerEvents.toError)[0]
  return { outdated: Effect.sync(() => Option.fromUndefinedOr(refused ?? first())), ended: Fiber.join(fiber) }
})

/** Notes the event at which a batch of `user`, such as `projection "totals"`, stopped, if any. Logs a warning for each event once. */
export const note = Effect.fnUntraced(function*(
  stops: Stops,
  { id, name, user }: { readonly id: number; readonly name: string; readonly user: string },
  newer: NewerEvent | undefined
): Effect.fn.Return<void> {
  const before = stops.get(id)
  if (newer === undefined) stops.delete(id)
  else stops.set(id, newer)
  yield* Metric.update(Metric.withAttributes(outdated, { projection: name }), stops.size > 0 ? 1 : 0)
  if (newer === undefined || newer.position === before?.position) return
  const { message } = NewerEvents.toError(newer)
  yield* Effect.logWarning(`${user} waits before position ${newer.position} for newer code: ${message}`)
})

const outdated = Metric.gauge("refold_projection_outdated", {
  description: "1 while the code of this program is too old"
})
