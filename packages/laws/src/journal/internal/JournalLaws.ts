/**
 * The laws of the Journal, stated directly: the Journal is the specification of every adapter, and only these laws specify
 * the Journal. Each law is about a Journal module; the one of `@refold/core` by default.
 */
import { Position } from "@refold/core/event/Position"
import type { StreamName } from "@refold/core/event/StreamName"
import { VersionConflict } from "@refold/core/journal/AppendError"
import type { Commit, StreamWrite } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as CommitNames from "./CommitNames.ts"
import * as CommitTimes from "./CommitTimes.ts"
import * as JournalRun from "./JournalRun.ts"
import * as LogLaws from "./LogLaws.ts"
import type { TimedProgram } from "./Programs.ts"

type Module = JournalRun.JournalModule

/** For every reason of a refusal. */
export const refusedAppendsChangeNothing = (module: Module = Journal) =>
  Law.make("a refused append changes nothing", (program: TimedProgram) => {
    const refused = JournalRun.run(module, program).filter(({ outcome }) => Result.isFailure(outcome))
    return {
      left: refused.map(({ before }) => JournalRun.observe(module, before)),
      right: refused.map(({ seen }) => seen)
    }
  })

/** An append stores all of its events in their order, or none. */
export const appendsAreAllOrNothing = (module: Module = Journal) =>
  Law.make("a commit is stored completely or not at all", (program: TimedProgram) => {
    const steps = JournalRun.run(module, program)
    return {
      left: steps.map(({ after, before }) =>
        JournalRun.events(module, after).slice(JournalRun.events(module, before).length).map(({ id }) => id)
      ),
      right: steps.map(({ commit, outcome }) =>
        Result.isSuccess(outcome) && !outcome.success[1].deduplicated
          ? commit.writes.flatMap(({ events }) => events.map(({ id }) => id.toLowerCase()))
          : []
      )
    }
  })

/** Journals are immutable values: two appends to the same journal do not affect each other. */
export const journalsAreValues = (module: Module = Journal) =>
  Law.make(
    "an append to a journal changes neither that journal nor others that were made from it",
    ([program, other]: readonly [TimedProgram, TimedProgram]) => {
      const steps = JournalRun.run(module, program)
      const seen = (journal: Journal.Journal) => JournalRun.observe(module, journal)
      const branches = steps.map(({ before }) => JournalRun.last(module, JournalRun.run(module, other, before), before))
      const alone = steps.map((_, index) => JournalRun.run(module, [...program.slice(0, index), ...other]))
      return {
        left: [...steps.map(({ before }) => seen(before)), ...branches.map(seen)],
        right: [...steps.map(({ seen }) => seen), ...alone.map((steps) => seen(JournalRun.last(module, steps)))]
      }
    }
  )

/** A commit that violates every rule is refused by the first check; one that violates all but the first, by the second. */
export const checksComeInOrder = (module: Module = Journal) =>
  Law.make("appends check the input, then the key, then the versions, then the event ids", (commit: Commit) => {
    const keyed = (fingerprint: string) => ({ ...commit, idempotency: { key: "key", fingerprint } })
    const [journal] = Result.getOrThrow(module.append(module.empty, keyed("first"), JournalRun.epoch))
    const conflicting = {
      writes: Arr.map(commit.writes, (write) => ({ ...write, expected: ExpectedVersion.NoStream }))
    }
    const invalid = Arr.map(conflicting.writes, (write) => ({ ...write, expected: ExpectedVersion.Exact(-1) }))
    const errorOf = (attempt: Commit) =>
      Result.map(Result.flip(module.append(journal, attempt, JournalRun.epoch)), JournalRun.errorSubject)
    const { events: [event], stream } = commit.writes[0]
    const guard = { stream: `${stream}?` as StreamName, expected: ExpectedVersion.StreamExists, events: [] }
    const expected: ReadonlyArray<readonly [attempt: Commit, error: ReturnType<typeof JournalRun.errorSubject>]> = [
      [{ ...keyed("other"), writes: invalid }, ["InvalidInput", "writes[0].expected.version"]],
      [{ ...keyed("other"), ...conflicting }, ["IdempotencyConflict", "key"]],
      [conflicting, ["VersionConflict", stream]],
      [{ writes: [...commit.writes, guard] }, ["VersionConflict", guard.stream]],
      [commit, ["DuplicateEventId", event!.id]]
    ]
    return {
      left: expected.map(([attempt]) => errorOf(attempt)),
      right: expected.map(([, error]) => Result.succeed(error))
    }
  })

/** Every commit with a key is sent again, at the end of the program. */
export const retriesChangeNothing = (module: Module = Journal) =>
  Law.make("a commit retried under its key gives its first result and changes nothing", (program: TimedProgram) => {
    const steps = JournalRun.run(module, program)
    const journal = JournalRun.last(module, steps)
    const observed = JournalRun.observe(module, journal)
    const keyed = steps.flatMap(({ commit, outcome }) =>
      commit.idempotency !== undefined && Result.isSuccess(outcome) ? [{ commit, appended: outcome.success[1] }] : []
    )
    const retried = keyed.map(({ commit }) => Result.getOrThrow(module.append(journal, commit, JournalRun.epoch)))
    return {
      left: retried.map(([journal, appended]) => [appended, JournalRun.observe(module, journal)]),
      right: keyed.map(({ appended }) => [{ ...appended, deduplicated: true }, observed])
    }
  })

/** The error is about the first write of the commit, guards included, whose expected version or last event is wrong. */
export const expectedVersionsAreChecked = (module: Module = Journal) =>
  Law.make("an append conflicts exactly if an expected version or a last event is wrong", (program: TimedProgram) => {
    // Expected versions are not checked if the input is invalid or the key is known.
    const checked = JournalRun.run(module, program).filter(({ outcome }) =>
      Result.isSuccess(outcome)
        ? !outcome.success[1].deduplicated
        : outcome.failure._tag === "VersionConflict" || outcome.failure._tag === "DuplicateEventId"
    )
    return {
      left: checked.map(({ outcome }) =>
        Result.isFailure(outcome) && outcome.failure._tag === "VersionConflict" ? outcome.failure : undefined
      ),
      right: checked.map(({ before, commit }) =>
        commit.writes.map((write) => conflictOf(module, before, write)).find((conflict) => conflict !== undefined)
      )
    }
  })

const conflictOf = (module: Module, journal: Journal.Journal, { expected, lastEventId, stream }: StreamWrite) => {
  const events = Result.getOrThrow(module.readStream(journal, stream))
  const isRight = {
    Any: true,
    NoStream: events.length === 0,
    StreamExists: events.length > 0,
    Exact: expected._tag === "Exact" && events.length === expected.version
  }
  const last = Arr.last(events)
  const conflict = { stream, expected, actual: Option.map(last, ({ version }) => version) }
  if (!isRight[expected._tag]) return new VersionConflict(conflict)
  return Option.isNone(last) || lastEventId === undefined || lastEventId.toLowerCase() === last.value.id
    ? undefined
    : new VersionConflict({ ...conflict, lastEventId: last.value.id })
}

/** In every stream: 1, 2, 3 … */
export const versionsHaveNoGaps = (module: Module = Journal) => LogLaws.versionsHaveNoGaps(JournalRun.log(module))

/** An event that is later in a stream is later in the log. */
export const versionOrderIsPositionOrder = (module: Module = Journal) =>
  LogLaws.versionOrderIsPositionOrder(JournalRun.log(module))

/** Also when the clock is set back. */
export const timesNeverDecrease = (module: Module = Journal) => LogLaws.timesNeverDecrease(JournalRun.log(module))

/** Also when the clock is set back. */
export const commitsHaveOneTime = (module: Module = Journal) => CommitTimes.commitsHaveOneTime(JournalRun.log(module))

/** Reads as of each version of each stream, and as of each position. */
export const asOfPositionIsPrefix = (module: Module = Journal) => LogLaws.asOfPositionIsPrefix(JournalRun.log(module))

/** Reads as of each instant of both clocks. */
export const asOfInstantIsFilter = (module: Module = Journal) => LogLaws.asOfInstantIsFilter(JournalRun.log(module))

/** For every commit that was stored. */
export const commitsAreNamed = (module: Module = Journal) =>
  CommitNames.commitsAreNamed((program: TimedProgram) => {
    const steps = JournalRun.run(module, program)
    const journal = JournalRun.last(module, steps)
    const stored = steps.flatMap(({ commit, outcome }) =>
      Result.isSuccess(outcome) && !outcome.success[1].deduplicated ? [idsOf(commit)] : []
    )
    return Effect.succeed({ history: { start: Position(0), events: JournalRun.events(module, journal) }, stored })
  })

const idsOf = ({ writes }: Commit): ReadonlyArray<string> =>
  writes.flatMap(({ events }) => events.map(({ id }) => id.toLowerCase()))

/** Reads by each correlation and causation id of the log. */
export const idsAreFilters = (module: Module = Journal) => LogLaws.idsAreFilters(JournalRun.log(module))

/** Ranges of both clocks. */
export const emptyRangesAreEmpty = (module: Module = Journal) => LogLaws.emptyRangesAreEmpty(JournalRun.log(module))

/** Pages of one, two and three events, each `after` the last event of the page before. */
export const pagingIsReadingAtOnce = (module: Module = Journal) => LogLaws.pagingIsReadingAtOnce(JournalRun.log(module))

/** Whether the id is repeated in one commit or in several. */
export const eventIdsAreUnique = (module: Module = Journal) => LogLaws.eventIdsAreUnique(JournalRun.log(module))
