/*
 * Follows the log in the background of a test, and waits for events.
 */
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type * as Stores from "./Stores.ts"

/** Waits until a condition holds; fails after two minutes, which only a test that hangs reaches. */
export const until = <E, R>(holds: Effect.Effect<boolean, E, R>) =>
  holds.pipe(
    Effect.filterOrFail((held) => held, () => "the condition never held"),
    Effect.retry(Schedule.upTo(Schedule.spaced("10 millis"), { duration: "2 minutes" }))
  )

/** The elements of a stream so far. It ends with the test; if the stream fails, the wait fails. */
export const follow = <E>(events: Stream.Stream<RecordedEvent, E>) =>
  Effect.gen(function*() {
    const seen: Array<RecordedEvent> = []
    const collect = Stream.runForEach(events, (event) => Effect.sync(() => void seen.push(event)))
    const fiber = yield* Effect.forkScoped(collect, { startImmediately: true })
    const holds = (when: (seen: ReadonlyArray<RecordedEvent>) => boolean) =>
      Effect.raceFirst(until(Effect.sync(() => when(seen))), Fiber.join(fiber))
    return {
      seen,
      ids: () => seen.map(({ id }) => id),
      untilSeen: (id: string) => holds((events) => events.some((event) => event.id === id)),
      untilCount: (count: number) => holds((events) => events.length >= count)
    }
  })

/** The ids of the stored events after a position, in the order of the log, including those that readers do not get yet. */
export const storedAfter = (sql: Stores.Opened["sql"], start: number) =>
  Effect.map(
    sql<{ id: string }>`select event_id as id from refold.event_store where "position" > ${start} order by "position"`,
    (rows) => rows.map(({ id }) => id)
  )

/** The process ids of the sessions that listen in a store's database. */
export const listeners = (sql: Stores.Opened["sql"]) =>
  Effect.map(
    sql<{ pid: number }>`select pid from pg_stat_activity where datname = current_database() and query like 'LISTEN%'`,
    (rows) => rows.map(({ pid }) => pid)
  )
