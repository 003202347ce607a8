/** Concurrent writers with slow transactions, and a reader that tails the log at the same time. */
import type { EventId } from "@refold/core/event/EventId"
import type { Position } from "@refold/core/event/Position"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { ReadFailure } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as RunPrograms from "./RunPrograms.ts"

/** Runs appends in one transaction: others see their events after the effect has succeeded, or never. */
export type Transaction<R> = (
  effect: Effect.Effect<unknown, unknown, EventStore>
) => Effect.Effect<unknown, unknown, EventStore | R>

/** One writer. */
export interface Writer {
  /** The delay before each of its appends, in milliseconds. */
  readonly delays: ReadonlyArray<number>
  /** How long it keeps its transaction open after its last append, in milliseconds. */
  readonly holdOpen: number
  readonly rollsBack: boolean
}

/** Runs the writers and the reader: the event ids that the reader saw, in that order, and those in the log. */
export const run = <R = never>(
  start: Position,
  writers: ReadonlyArray<Writer>,
  transaction?: Transaction<R>
) =>
  Effect.gen(function*() {
    const fresh = yield* FreshNames.make
    let working = writers.length
    const works = writers.map((writer, n) =>
      Effect.ensuring(work(fresh, writer, n, transaction), Effect.sync(() => working--))
    )
    const [seen] = yield* Effect.all([follow(start, () => working === 0), Effect.all(works, unbounded)], unbounded)
    const { events } = yield* RunPrograms.historySince(start)
    return { seen, committed: events.map(({ id }) => id) }
  })

const unbounded = { concurrency: "unbounded" } as const

const work = <R>(
  fresh: FreshNames.FreshNames,
  { delays, holdOpen, rollsBack }: Writer,
  writer: number,
  transaction: Transaction<R> | undefined
): Effect.Effect<unknown, unknown, EventStore | R> => {
  const appends = Effect.forEach(delays, (millis, index) => {
    const events = [FreshNames.note([writer, index], writer * 100 + index)] as const
    const write = { stream: FreshNames.noteStream(`${writer}`), expected: ExpectedVersion.Any, events }
    return Effect.delay(RunPrograms.send(fresh.commit({ writes: [write] })), millis)
  })
  if (transaction === undefined) return appends
  const held = Effect.andThen(appends, Effect.sleep(holdOpen))
  // Failing rolls the transaction back; that failure is expected.
  return rollsBack ? Effect.exit(transaction(Effect.andThen(held, Effect.fail("rolls back")))) : transaction(held)
}

const follow = (
  start: Position,
  isOver: () => boolean
): Effect.Effect<ReadonlyArray<EventId>, ReadFailure, EventStore> =>
  Effect.gen(function*() {
    const seen: Array<EventId> = []
    let after = start
    while (true) {
      // Checked before the read: the read must give everything that was committed before it.
      const isLast = isOver()
      const events = yield* RunPrograms.readAll({ after })
      for (const { id } of events) seen.push(id)
      after = events.at(-1)?.position ?? after
      if (isLast) return seen
      yield* Effect.sleep(1)
    }
  })
