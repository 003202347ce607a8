/**
 * The laws of event stores. The laws that compare a store with the Journal cover all rules; the others repeat the most
 * important ones, so that the report of a broken store names the rule.
 */
import type { Position } from "@refold/core/event/Position"
import { type Column, columns, type RecordedEvent } from "@refold/core/event/RecordedEvent"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as CommitNames from "../../journal/internal/CommitNames.ts"
import * as CommitTimes from "../../journal/internal/CommitTimes.ts"
import * as History from "../../journal/internal/History.ts"
import * as LogLaws from "../../journal/internal/LogLaws.ts"
import type * as Programs from "../../journal/internal/Programs.ts"
import type { SymbolicRead } from "../../journal/internal/SymbolicReads.ts"
import { deepCopy, mutateDeeply } from "../../kit/internal/MutationProbe.ts"
import * as Law from "../../kit/Law.ts"
import * as RunPrograms from "./RunPrograms.ts"

const agrees = (name: string) =>
  Law.make(name, (program: Programs.Program) =>
    Effect.map(RunPrograms.onStore(program), (run) => ({
      left: RunPrograms.observed(run),
      right: RunPrograms.observed(RunPrograms.onJournal(run.commits))
    })))

/** Results, errors and stored events are those of the Journal. Positions are compared by rank. */
export const commitsAgree = agrees("commits return and store the same as in the Journal")

// JSON text has the order of keys, which the equality of objects ignores.
const texts = ({ history }: RunPrograms.ProgramRun) =>
  history.events.map(({ data, metadata }) => JSON.stringify([data, metadata]))

/** A fold sees the same objects on every adapter, the order of their keys included. */
export const keysAreInStoredOrder = Law.make(
  "data and metadata are read back with their keys in the order of jsonb",
  (program: Programs.Program) =>
    Effect.map(RunPrograms.onStore(program), (run) => ({
      left: texts(run),
      right: texts(RunPrograms.onJournal(run.commits))
    }))
)

/** Names of the maximum length and one more, the first and the last day, values that JSON cannot hold, and so on. */
export const limitCasesAgree = agrees(
  "commits at the limits of valid input return and store the same as in the Journal"
)

/** Reads with every option, of events stored by programs. */
export const readsAgree = Law.make(
  "reads give the same events as the Journal",
  ([program, reads]: readonly [Programs.Program, ReadonlyArray<SymbolicRead>]) =>
    Effect.gen(function*() {
      const { history } = yield* RunPrograms.onStore(program)
      const journal = History.toJournal(history)
      return {
        left: yield* Effect.forEach(reads, (read) => RunPrograms.read(history, read)),
        right: reads.map((read) => RunPrograms.readJournal(journal, read))
      }
    })
)

// Each column alone, and the columns of a fold, which most loads read.
const selections: ReadonlyArray<ReadonlyArray<Column>> = [
  ...columns.map((column) => [column]),
  ["type", "schemaVersion", "data", "id", "position", "recordedAt"]
]

const selected = (selection: ReadonlyArray<Column>) => (events: ReadonlyArray<RecordedEvent>) =>
  events.map((event) => selection.map((column) => event[column]))

/** Reads each column alone, of the log and of every stream. */
export const columnsAgree = Law.make(
  "a read of some columns gives these columns of the whole events",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const { history: { events, start } } = yield* RunPrograms.onStore(program)
      const streams = [...new Set(events.map(({ stream }) => stream))]
      const read = (columns: ReadonlyArray<Column>) =>
        Effect.map(
          Effect.all([
            RunPrograms.readAll({ after: start, columns }),
            ...streams.map((stream) => RunPrograms.readStream(stream, { columns }))
          ]),
          (all) => all.map(selected(columns))
        )
      const whole = [events, ...streams.map((name) => events.filter(({ stream }) => stream === name))]
      return {
        left: yield* Effect.forEach(selections, read),
        right: selections.map((selection) => whole.map(selected(selection)))
      }
    })
)

/** Callers wait for the position of `head` to read their own writes. */
export const headIsLast = Law.make(
  "the head is the position of the last event",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const { history } = yield* RunPrograms.onStore(program)
      return { left: yield* (yield* EventStore).head, right: history.events.at(-1)?.position ?? history.start }
    })
)

/** A commit stores all of its events in their order, or leaves the log unchanged. */
export const commitsAreAllOrNothing = Law.make(
  "a commit is stored completely or not at all",
  (program: Programs.Program) =>
    Effect.map(RunPrograms.onStore(program), ({ commits, history, outcomes }) => ({
      left: history.events.map(({ id }) => id),
      right: commits.flatMap(({ writes }, index) =>
        RunPrograms.isStored(outcomes[index]!)
          ? writes.flatMap(({ events }) => events.map(({ id }) => id.toLowerCase()))
          : []
      )
    }))
)

const retry = Effect.fnUntraced(function*(keyed: ReadonlyArray<RunPrograms.Keyed>, start: Position) {
  const retried = yield* Effect.forEach(keyed, ({ commit }) => RunPrograms.send(commit))
  return [retried, (yield* RunPrograms.historySince(start)).events]
})

const firstResults = (keyed: ReadonlyArray<RunPrograms.Keyed>, events: ReadonlyArray<RecordedEvent>) => [
  keyed.map(({ appended }) => ({ ...appended, deduplicated: true })),
  events
]

/** Every commit with a key is sent again, at the end of the program. */
export const retriesChangeNothing = Law.make(
  "a commit retried under its key gives its first result and changes nothing",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const run = yield* RunPrograms.onStore(program)
      const keyed = RunPrograms.keyedCommits(run)
      return { left: yield* retry(keyed, run.history.start), right: firstResults(keyed, run.history.events) }
    })
)

/** Mutates the commits, results and events of a run; then retries the commits and reads the events again. */
export const storedDataIsNotShared = Law.make(
  "mutating values that were passed to or returned by the store does not change the store",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const sent = deepCopy(program)
      const run = yield* RunPrograms.onStore(sent)
      const { history, keyed } = deepCopy({ keyed: RunPrograms.keyedCommits(run), history: run.history })
      mutateDeeply([sent, RunPrograms.keyedCommits(run), run.history.events])
      return { left: yield* retry(keyed, history.start), right: firstResults(keyed, history.events) }
    })
)

/** In every stream: 1, 2, 3 … */
export const versionsHaveNoGaps = LogLaws.versionsHaveNoGaps(RunPrograms.log)

/** An event that is later in a stream is later in the log. */
export const versionOrderIsPositionOrder = LogLaws.versionOrderIsPositionOrder(RunPrograms.log)

/** Also when the store's clock is set back. */
export const timesNeverDecrease = LogLaws.timesNeverDecrease(RunPrograms.log)

/** Also when the store's clock ticks during the commit. */
export const commitsHaveOneTime = CommitTimes.commitsHaveOneTime(RunPrograms.log)

/** Reads as of each version of each stream, and as of each position. */
export const asOfPositionIsPrefix = LogLaws.asOfPositionIsPrefix(RunPrograms.log)

/** Reads as of each instant of both clocks. */
export const asOfInstantIsFilter = LogLaws.asOfInstantIsFilter(RunPrograms.log)

/** For every commit that was stored. */
export const commitsAreNamed = CommitNames.commitsAreNamed((program: Programs.Program) =>
  Effect.map(RunPrograms.onStore(program), ({ commits, history, outcomes }) => ({
    history,
    stored: commits.flatMap(({ writes }, index) =>
      RunPrograms.isStored(outcomes[index]!)
        ? [writes.flatMap(({ events }) => events.map(({ id }) => id.toLowerCase()))]
        : []
    )
  }))
)

/** Reads by each correlation and causation id of the log. */
export const idsAreFilters = LogLaws.idsAreFilters(RunPrograms.log)

/** Ranges of both clocks. */
export const emptyRangesAreEmpty = LogLaws.emptyRangesAreEmpty(RunPrograms.log)

/** Pages of one, two and three events, each `after` the last event of the page before. */
export const pagingIsReadingAtOnce = LogLaws.pagingIsReadingAtOnce(RunPrograms.log)

/** Whether the id is repeated in one commit or in several. */
export const eventIdsAreUnique = LogLaws.eventIdsAreUnique(RunPrograms.log)
