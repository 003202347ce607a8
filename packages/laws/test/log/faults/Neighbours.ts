/** Event stores that send concurrent appends together, with one fault each. */
import type { EventId } from "@refold/core/event/EventId"
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type Appended, appended, type Commit } from "@refold/core/journal/Commit"
import type * as EventStore from "@refold/store/log/EventStore"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { changed } from "./EventStores.ts"

/** Counts the running commits, and passes the number to each. */
const counting = (
  commit: (commit: Commit, running: number) => ReturnType<EventStore.Adapter["commit"]>
): EventStore.Adapter["commit"] => {
  let running = 0
  return (given) => Effect.suspend(() => Effect.ensuring(commit(given, ++running), Effect.sync(() => void running--)))
}

/** A batch whose answers are shifted by one. */
export const mixesAnswersUp = changed((adapter) => {
  let before: Appended | undefined
  return {
    commit: counting(Effect.fnUntraced(function*(commit, running) {
      yield* Effect.yieldNow
      const appended = yield* adapter.commit(commit)
      const answer = running > 1 && before !== undefined ? before : appended
      before = appended
      return answer
    }))
  }
})

/** A batch with ON CONFLICT DO NOTHING whose answers are joined by the event id alone. */
export const answersRepeatedIdsTwice = changed((adapter) => ({
  commit: counting(Effect.fnUntraced(function*(commit, running) {
    yield* Effect.yieldNow
    const sent = adapter.commit(commit)
    const [{ stream }] = commit.writes
    return yield* running === 1 ? sent : Effect.catchTag(sent, "DuplicateEventId", () => {
      const place = { stream, firstVersion: StreamVersion(1), version: StreamVersion(1), position: Position(1) }
      return Effect.map(DateTime.now, (recordedAt) => appended([{ ...place, recordedAt }]))
    })
  }))
}))

/** A batch with ON CONFLICT DO NOTHING in which a commit of several events loses one. */
export const storesWhatIsNotRefused = changed((adapter) => ({
  commit: (commit) =>
    Effect.tapErrorTag(adapter.commit(commit), "DuplicateEventId", ({ id }) => {
      const writes = Arr.map(commit.writes, (write) => ({
        ...write,
        events: write.events.filter((event) => event.id !== id)
      }))
      return Effect.ignore(adapter.commit({ writes }))
    })
}))

/** A batch that runs in the fiber of the caller that came first. */
export const endsWithItsSender = changed((adapter) => {
  let sender: Deferred.Deferred<boolean> | undefined
  return {
    commit: Effect.fnUntraced(function*(commit) {
      if (sender === undefined) {
        const done = Deferred.makeUnsafe<boolean>()
        sender = done
        const sent = Effect.andThen(Effect.sleep(1), adapter.commit(commit))
        return yield* Effect.onExit(sent, (exit) => {
          sender = undefined
          return Deferred.succeed(done, Exit.isSuccess(exit))
        })
      }
      if (!(yield* Deferred.await(sender)))
        return yield* new EventStoreError({ operation: "append", cause: "interrupted" })
      return yield* adapter.commit(commit)
    })
  }
})

/** Sends an append again after its caller was interrupted, under new ids. */
export const repeatsInterruptedAppends = changed((adapter) => ({
  commit: (commit) =>
    Effect.onInterrupt(Effect.andThen(Effect.sleep(1), adapter.commit(commit)), () => {
      const writes = Arr.map(commit.writes, (write) => ({
        ...write,
        events: write.events.map((event) => ({ ...event, id: globalThis.crypto.randomUUID() as EventId }))
      }))
      return Effect.ignore(adapter.commit({ writes }))
    })
}))
