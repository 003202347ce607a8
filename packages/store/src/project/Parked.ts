/**
 * Streams that a projection has parked: an event that could not be folded, and all later events of its stream, wait in
 * order until somebody tries again, say after a repair of the code, or decides to leave the event out for good.
 */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import type { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { EventReader, ReadFailure } from "../log/EventReader.ts"
import type { EventStoreError } from "../log/EventStoreError.ts"
import { type Held, tryParked } from "./internal/TryParked.ts"
import type { NotParked } from "./ProjectionError.ts"
import * as Projector from "./Projector.ts"
import { type DiscardedEvent, type NoRows, type ParkedStream, ReadModelStore } from "./ReadModelStore.ts"

/** The streams that the live rows lack, or have only in part, in the order of their first waiting events. */
export const list = Effect.fnUntraced(function*(
  { name }: { readonly name: string }
): Effect.fn.Return<ReadonlyArray<ParkedStream>, NoRows | EventStoreError, ReadModelStore> {
  const store = yield* ReadModelStore
  return yield* store.listParked((yield* store.live(name)).id)
})

/**
 * Tries the waiting events of a stream again, decoded and upcast afresh, in the live rows and in those of a rebuild.
 * The stream stays parked from the first event on that still fails; None where it is parked no more.
 */
export const retry = <Event extends Tagged, State, R = never>(
  runnable: Projector.Runnable<Event, State, R>,
  stream: StreamName
): Effect.Effect<Option.Option<ParkedStream>, NotParked | ReadFailure, EventReader | ReadModelStore | R> =>
  tryParked(Projector.targetOf(runnable), stream, () => Effect.void)

/**
 * Leaves the first waiting event of a stream out of this projection for good, and tries the later ones. The reason is
 * recorded, and every rebuild leaves the event out, too. Fails with `InvalidInput` for an inline projection (handlers
 * write its rows, and know of no discards) and while a rebuild is under way that could fold the event.
 */
export const discard = Effect.fnUntraced(function*<Event extends Tagged, State, R = never>(
  runnable: Projector.Runnable<Event, State, R>,
  stream: StreamName,
  reason: string
): Effect.fn.Return<Option.Option<ParkedStream>, NotParked | ReadFailure, EventReader | ReadModelStore | R> {
  const problem = reason === "" ? "must not be empty" : Json.textProblem(reason)
  if (problem !== undefined) return yield* new InvalidInput({ field: "reason", rule: problem })
  if ("isInline" in runnable && runnable.isInline) {
    return yield* new InvalidInput({
      field: "projection",
      rule: "must not be inline: its rows are an aggregate's states"
    })
  }
  return yield* tryParked(Projector.targetOf(runnable), stream, (parked, held) =>
    Effect.gen(function*() {
      const { position, version } = parked.reduce((first, next) => next.position < first.position ? next : first)
      if (held.some((one) => hasFolded(one, position))) {
        const rule = "must wait: a rebuild under way has folded the event, and would go live with it"
        return yield* new InvalidInput({ field: "stream", rule })
      }
      // A fact of the projection: whichever generation writes it down.
      yield* held[0]!.batch.discard([{ position, stream, version, reason }])
    }))
})

const hasFolded = ({ batch: { generation }, parked }: Held, position: Position): boolean =>
  generation.status === "Building" && generation.checkpoint >= position &&
  (parked === undefined || parked.position > position)

/** The events that a projection leaves out, in the order of their positions. */
export const listDiscarded = Effect.fnUntraced(function*(
  { name }: { readonly name: string }
): Effect.fn.Return<ReadonlyArray<DiscardedEvent>, EventStoreError, ReadModelStore> {
  return yield* (yield* ReadModelStore).listDiscarded(name)
})
