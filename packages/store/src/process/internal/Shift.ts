/**
 * Attending to instances for ever: a few at the same time, and whoever is due next as soon as one is done. One that takes
 * long holds up nobody else, as long as others have a hand free.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { ProcessRow } from "@refold/core/internal/process/ProcessRows"
import type { Process } from "@refold/core/process/Process"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { EventReader } from "../../log/EventReader.ts"
import type { Row } from "../../project/internal/Row.ts"
import type { ReadModelStore } from "../../project/ReadModelStore.ts"
import type { Services } from "../ProcessHandler.ts"
import type { Attendant } from "./Attending.ts"
import * as MetUntil from "./MetUntil.ts"
import * as Pauses from "./Pauses.ts"
import * as Rounds from "./Rounds.ts"

/** How a shift works. */
export interface Options extends Rounds.Options {
  /** How often to look for timeouts that have fallen due. */
  readonly lookEvery: Duration.Input
}

/** Works for ever. */
export const work = <Event extends Tagged, State, R>(
  process: Process<Event, State>,
  observer: { readonly name: string },
  attendant: Attendant<R>,
  options: Options
): Effect.Effect<never, Rounds.RoundFailure, Services | ReadModelStore | R> =>
  Effect.scoped(Effect.gen(function*() {
    const due = yield* Queue.unbounded<Due>()
    const looks = yield* Queue.sliding<void>(1)
    const underWay = new Set<string>()
    const pauses = Pauses.make()
    const metUntil = MetUntil.make(observer)
    for (let n = 0; n < options.concurrency; n++) {
      yield* Effect.forkScoped(Effect.forever(attendNext(attendant, { due, looks, underWay, pauses })))
    }
    yield* lookOften(looks, options)
    const look = Effect.gen(function*() {
      // What is waiting to be attended to is not looked for again.
      if (Queue.sizeUnsafe(due) > 0) return
      const met = yield* metUntil
      const now = yield* Clock.currentTimeMillis
      const found = yield* Rounds.findDue(
        process,
        met.until,
        ({ key }) => !underWay.has(key) && pauses.isOver(key, now)
      )
      for (const { key } of found) underWay.add(key)
      yield* Queue.offerAll(due, found.map((row) => ({ row, met })))
    })
    const waiting = (error: unknown) => Effect.logWarning(`process "${process.name}" waits for the store`, error)
    const looking = Effect.andThen(Queue.take(looks), Effect.catchTag(look, "EventStoreError", waiting))
    return yield* Effect.forever(looking)
  }))

/** An instance for which something is due, and how far its process had met what was recorded. */
interface Due {
  readonly row: Row<ProcessRow>
  readonly met: MetUntil.Met
}

/** What those who attend share. */
interface Shared {
  readonly due: Queue.Queue<Due>
  readonly looks: Queue.Queue<void>
  /** The streams of instances that are waiting in `due`, or are being attended to. */
  readonly underWay: Set<string>
  readonly pauses: Pauses.Pauses
}

const attendNext = Effect.fnUntraced(function*<R>(
  attendant: Attendant<R>,
  { due, looks, pauses, underWay }: Shared
) {
  const { met, row } = yield* Queue.take(due)
  const attended = yield* Effect.exit(attendant.attend(row, met))
  underWay.delete(row.key)
  if (Exit.isFailure(attended)) {
    yield* Effect.logWarning(`an instance waits: "${row.key}"`, attended.cause)
    pauses.prolong(row.key, yield* Clock.currentTimeMillis)
  }
  // A timeout that is held may not fire before something else happens, which gives a signal of its own.
  const isHeld = Exit.isSuccess(attended) && attended.value.done === 0 && attended.value.isHeld
  if (Queue.sizeUnsafe(due) === 0 && !isHeld) yield* Queue.offer(looks, undefined)
})

const lookOften = Effect.fnUntraced(function*(
  looks: Queue.Queue<void>,
  { lookEvery }: Pick<Options, "lookEvery">
): Effect.fn.Return<void, never, EventReader | Scope.Scope> {
  const { heads } = yield* EventReader
  const signals = Stream.merge(heads, Stream.tick(lookEvery))
  yield* Effect.forkScoped(Stream.runForEach(signals, () => Queue.offer(looks, undefined)))
})
