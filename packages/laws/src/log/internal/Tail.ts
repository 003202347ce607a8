/** Writers who take their time, and a reader who follows the log while they write. */
import type { EventId } from "@refold/core/event/EventId"
import type { Position } from "@refold/core/event/Position"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { ReadFailure } from "@refold/store/log/EventReader"
import type { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Play from "./Play.ts"

/** Runs appends in one transaction: they are visible to others when the effect has succeeded, or never. */
export type Transaction<R> = (
  effect: Effect.Effect<unknown, unknown, EventStore>
) => Effect.Effect<unknown, unknown, EventStore | R>

export interface Writer {
  /** How long it waits before each of its appends, in milliseconds. */
  readonly waits: ReadonlyArray<number>
  /** How long it keeps its transaction open after the last. */
  readonly hold: number
  readonly rollsBack: boolean
}

/** What the reader saw, in the order in which it saw it, and what there was to see, in the order of the log. */
export const run = <R = never>(
  start: Position,
  writers: ReadonlyArray<Writer>,
  transaction?: Transaction<R>
) =>
  Effect.gen(function*() {
    const fresh = yield* Fresh.make
    let working = writers.length
    const works = writers.map((writer, n) =>
      Effect.ensuring(work(fresh, writer, n, transaction), Effect.sync(() => working--))
    )
    const [seen] = yield* Effect.all([follow(start, () => working === 0), Effect.all(works, unbounded)], unbounded)
    const { events } = yield* Play.since(start)
    return { seen, committed: events.map(({ id }) => id) }
  })

const unbounded = { concurrency: "unbounded" } as const

const work = <R>(
  fresh: Fresh.Fresh,
  { hold, rollsBack, waits }: Writer,
  writer: number,
  transaction: Transaction<R> | undefined
): Effect.Effect<unknown, unknown, EventStore | R> => {
  const appends = Effect.forEach(waits, (millis, index) => {
    const events = [Fresh.note([writer, index], writer * 100 + index)] as const
    const write = { stream: Fresh.noteStream(`${writer}`), expected: ExpectedVersion.Any, events }
    return Effect.delay(Play.send(fresh.commit({ writes: [write] })), millis)
  })
  if (transaction === undefined) return appends
  const held = Effect.andThen(appends, Effect.sleep(hold))
  // The failure is what rolls back; that it comes out again is right.
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
      // Asked before the read: what was committed by then, this read must give.
      const isLast = isOver()
      const events = yield* Play.readAll({ after })
      for (const { id } of events) seen.push(id)
      after = events.at(-1)?.position ?? after
      if (isLast) return seen
      yield* Effect.sleep(1)
    }
  })
