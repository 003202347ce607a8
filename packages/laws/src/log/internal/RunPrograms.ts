/** Runs programs and reads on the store under test, and on a Journal for the expected results. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { AppendError } from "@refold/core/journal/AppendError"
import type { Appended, Commit } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import type { ReadFailure } from "@refold/store/log/EventReader"
import { type CommitFailure, EventStore } from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as History from "../../journal/internal/History.ts"
import type { Log } from "../../journal/internal/LogLaws.ts"
import type { Program } from "../../journal/internal/Programs.ts"
import { resolve, type SymbolicRead } from "../../journal/internal/SymbolicReads.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"

/** The commits of a run, their outcomes, and the log after it. */
export interface ProgramRun {
  readonly commits: ReadonlyArray<Commit>
  readonly outcomes: ReadonlyArray<Result.Result<Appended, CommitFailure | AppendError>>
  readonly history: History.History
}

/** A run on a store, and the names that it used. */
export interface StoreRun extends ProgramRun {
  readonly fresh: FreshNames.FreshNames
}

/** A run on a journal, and the resulting journal. */
export interface JournalRun extends ProgramRun {
  readonly journal: Journal.Journal
}

/** Runs a program on the store under fresh names. */
export const onStore = (program: Program): Effect.Effect<StoreRun, ReadFailure, EventStore> =>
  Effect.gen(function*() {
    const fresh = yield* FreshNames.make
    const start = yield* (yield* EventStore).head
    const commits = program.map(fresh.commit)
    const outcomes = yield* Effect.forEach(commits, (commit) => Effect.result(send(commit)))
    return { fresh, commits, outcomes, history: yield* historySince(start) }
  })

/** The log that a program leads to. */
export const log = (program: Program): Effect.Effect<Log<EventStore>, ReadFailure, EventStore> =>
  Effect.map(onStore(program), ({ history }) => ({ history, readAll, readStream }))

/** Runs commits on an empty Journal. */
export const onJournal = (commits: ReadonlyArray<Commit>): JournalRun => {
  let journal = Journal.empty
  const outcomes = commits.map((commit) =>
    Result.map(Journal.append(journal, commit, DateTime.makeUnsafe(0)), ([next, appended]) => {
      journal = next
      return appended
    })
  )
  return { commits, outcomes, journal, history: History.ofJournal(journal) }
}

/** Whether a commit was stored, and not found under its key. */
export const isStored = (outcome: ProgramRun["outcomes"][number]): boolean =>
  Result.isSuccess(outcome) && !outcome.success.deduplicated

/** A commit that was stored under an idempotency key, and its result. */
export interface Keyed {
  readonly commit: Commit
  readonly appended: Appended
}

/** The commits of a run that can be retried. */
export const keyedCommits = ({ commits, outcomes }: ProgramRun): ReadonlyArray<Keyed> =>
  commits.flatMap((commit, index) => {
    const outcome = outcomes[index]!
    return commit.idempotency !== undefined && Result.isSuccess(outcome) ? [{ commit, appended: outcome.success }] : []
  })

/** The part of a run that does not depend on the store. */
export const observed = ({ history, outcomes }: ProgramRun) => ({
  outcomes: outcomes.map(Result.map((appended) => History.rankedAppended(history, appended))),
  events: History.withoutStoreTimes(history)
})

/** Sends a commit; one with a single write as an append. */
export const send = (commit: Commit): Effect.Effect<Appended, CommitFailure, EventStore> =>
  Effect.flatMap(EventStore, (store) => {
    const { idempotency, writes: [first, ...rest] } = commit
    if (first === undefined || rest.length > 0) return store.commit(commit)
    const { events, expected, lastEventId, stream } = first
    return Arr.isReadonlyArrayNonEmpty(events)
      ? store.append(stream, events, { expected, lastEventId, idempotency })
      : store.commit(commit)
  })

/** The events after a position. */
export const historySince = (
  start: History.History["start"]
): Effect.Effect<History.History, ReadFailure, EventStore> =>
  Effect.map(readAll({ after: start }), (events) => ({ start, events }))

/** Reads events of the log into an array. */
export const readAll = (...options: Parameters<EventStore["Service"]["readAll"]>) =>
  Effect.flatMap(EventStore, (store) => Stream.runCollect(store.readAll(...options)))

/** Reads events of a stream into an array. */
export const readStream = (...options: Parameters<EventStore["Service"]["readStream"]>) =>
  Effect.flatMap(EventStore, (store) => Stream.runCollect(store.readStream(...options)))

/** Makes a read from the store. The events have ranks instead of positions. */
export const read = (history: History.History, symbolic: SymbolicRead) => {
  const request = resolve(history, symbolic)
  const events = request._tag === "All" ? readAll(request.options) : readStream(request.stream, request.options)
  return Effect.result(Effect.map(events, (events) => History.ranked(history, events)))
}

/** Makes a read from a Journal. */
export const readJournal = (
  journal: Journal.Journal,
  symbolic: SymbolicRead
): Result.Result<ReadonlyArray<RecordedEvent>, InvalidInput> => {
  const request = resolve(History.ofJournal(journal), symbolic)
  return request._tag === "All"
    ? Journal.readAll(journal, request.options)
    : Journal.readStream(journal, request.stream, request.options)
}
