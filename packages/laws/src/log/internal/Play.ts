/** Plays programs and readings on the store at hand and, to know what should come of them, on a Journal. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { AppendError } from "@refold/core/journal/AppendError"
import type { Appended, Commit } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import type { ReadFailure } from "@refold/store/log/EventReader"
import { type CommitFailure, EventStore } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as History from "../../journal/internal/History.ts"
import type { Log } from "../../journal/internal/LogLaws.ts"
import type { Program } from "../../journal/internal/Programs.ts"
import { type Reading, resolve } from "../../journal/internal/Readings.ts"
import * as Fresh from "../../kit/internal/Fresh.ts"

/** What was asked, what was answered, and what is in the log now. */
export interface Played {
  readonly commits: ReadonlyArray<Commit>
  readonly outcomes: ReadonlyArray<Result.Result<Appended, CommitFailure | AppendError>>
  readonly history: History.History
}

/** What was played on a store, and the names that it was played under. */
export interface OnStore extends Played {
  readonly fresh: Fresh.Fresh
}

/** What was played on a journal, and that journal. */
export interface OnJournal extends Played {
  readonly journal: Journal.Journal
}

/** Plays a program on the store, under fresh names. */
export const onStore = (program: Program): Effect.Effect<OnStore, ReadFailure, EventStore> =>
  Effect.gen(function*() {
    const fresh = yield* Fresh.make
    const start = yield* (yield* EventStore).head
    const commits = program.map(fresh.commit)
    const outcomes = yield* Effect.forEach(commits, (commit) => Effect.result(send(commit)))
    return { fresh, commits, outcomes, history: yield* since(start) }
  })

/** The log that a program leads to. */
export const log = (program: Program): Effect.Effect<Log<EventStore>, ReadFailure, EventStore> =>
  Effect.map(onStore(program), ({ history }) => ({ history, readAll, readStream }))

/** Plays commits on a Journal. */
export const onJournal = (commits: ReadonlyArray<Commit>): OnJournal => {
  let journal = Journal.empty
  const outcomes = commits.map((commit) =>
    Result.map(Journal.append(journal, commit, DateTime.makeUnsafe(0)), ([next, appended]) => {
      journal = next
      return appended
    })
  )
  return { commits, outcomes, journal, history: History.ofJournal(journal) }
}

/** Whether a commit was stored just then. */
export const isStored = (outcome: Played["outcomes"][number]): boolean =>
  Result.isSuccess(outcome) && !outcome.success.deduplicated

/** A commit that was stored under an idempotency key, and its result. */
export interface Keyed {
  readonly commit: Commit
  readonly appended: Appended
}

/** The commits that can be retried. */
export const keyed = ({ commits, outcomes }: Played): ReadonlyArray<Keyed> =>
  commits.flatMap((commit, index) => {
    const outcome = outcomes[index]!
    return commit.idempotency !== undefined && Result.isSuccess(outcome) ? [{ commit, appended: outcome.success }] : []
  })

/** The part of what was played that does not depend on the store. */
export const observed = ({ history, outcomes }: Played) => ({
  outcomes: outcomes.map(Result.map((appended) => History.rankedAppended(history, appended))),
  events: History.timeless(history)
})

/** Sends a commit the shortest way: as an append where it is one. */
export const send = (commit: Commit): Effect.Effect<Appended, CommitFailure, EventStore> =>
  Effect.flatMap(EventStore, (store) => {
    const { idempotency, writes: [first, ...rest] } = commit
    return first === undefined || rest.length > 0
      ? store.commit(commit)
      : store.append(first.stream, first.events, { expected: first.expected, idempotency })
  })

/** What happened after a position. */
export const since = (start: History.History["start"]): Effect.Effect<History.History, ReadFailure, EventStore> =>
  Effect.map(readAll({ after: start }), (events) => ({ start, events }))

/** Reads all events that the options ask for. */
export const readAll = (...options: Parameters<EventStore["Service"]["readAll"]>) =>
  Effect.flatMap(EventStore, (store) => Stream.runCollect(store.readAll(...options)))

/** Reads all events of a stream that the options ask for. */
export const readStream = (...options: Parameters<EventStore["Service"]["readStream"]>) =>
  Effect.flatMap(EventStore, (store) => Stream.runCollect(store.readStream(...options)))

/** What the store gives for a reading, positions ranked. */
export const read = (history: History.History, reading: Reading) => {
  const request = resolve(history, reading)
  const events = request._tag === "All" ? readAll(request.options) : readStream(request.stream, request.options)
  return Effect.result(Effect.map(events, (events) => History.ranked(history, events)))
}

/** What a Journal gives for a reading. */
export const readJournal = (
  journal: Journal.Journal,
  reading: Reading
): Result.Result<ReadonlyArray<RecordedEvent>, InvalidInput> => {
  const request = resolve(History.ofJournal(journal), reading)
  return request._tag === "All"
    ? Journal.readAll(journal, request.options)
    : Journal.readStream(journal, request.stream, request.options)
}
