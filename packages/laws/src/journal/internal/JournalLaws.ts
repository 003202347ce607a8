/**
 * What the Journal promises, directly stated: it is the specification of every adapter, so nothing stands behind it but
 * these laws. Each is about a Journal module: that of `@refold/core`, unless it is given another.
 */
import { VersionConflict } from "@refold/core/journal/AppendError"
import type { Commit, StreamWrite } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import * as Arr from "effect/Array"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as JournalRun from "./JournalRun.ts"
import * as LogLaws from "./LogLaws.ts"
import type { TimedProgram } from "./Programs.ts"

type Module = JournalRun.JournalModule

/** Whatever the reason of the refusal. */
export const refusedAppendsChangeNothing = (module: Module = Journal) =>
  Law.make("a refused append changes nothing", (program: TimedProgram) => {
    const refused = JournalRun.play(module, program).filter(({ outcome }) => Result.isFailure(outcome))
    return {
      left: refused.map(({ before }) => JournalRun.observe(module, before)),
      right: refused.map(({ seen }) => seen)
    }
  })

/** An append stores all of its events, in their order, or none. */
export const appendsAreAllOrNothing = (module: Module = Journal) =>
  Law.make("a commit is stored whole or not at all", (program: TimedProgram) => {
    const steps = JournalRun.play(module, program)
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

/** Every journal on the way stays as it was while others grow from it, each by its own events only. */
export const journalsAreValues = (module: Module = Journal) =>
  Law.make(
    "appending to a journal leaves the old one as it was, whatever else grows from it",
    ([program, other]: readonly [TimedProgram, TimedProgram]) => {
      const steps = JournalRun.play(module, program)
      const branches = steps.map(({ before }) =>
        JournalRun.last(module, JournalRun.play(module, other, before), before)
      )
      const alone = steps.map((_, index) => JournalRun.play(module, [...program.slice(0, index), ...other]))
      return {
        left: [...steps.map(({ before }) => before), ...branches].map((journal) => JournalRun.observe(module, journal)),
        right: [
          ...steps.map(({ seen }) => seen),
          ...alone.map((steps) => JournalRun.observe(module, JournalRun.last(module, steps)))
        ]
      }
    }
  )

/** A commit that breaks every rule is refused for the first, and so on: "first" as in the order of the checks. */
export const checksComeInOrder = (module: Module = Journal) =>
  Law.make("appends check the input, then the key, then the versions, then the event ids", (commit: Commit) => {
    const keyed = (fingerprint: string) => ({ ...commit, idempotency: { key: "key", fingerprint } })
    const [journal] = Result.getOrThrow(module.append(module.empty, keyed("first"), JournalRun.epoch))
    const conflicting = {
      writes: Arr.map(commit.writes, (write) => ({ ...write, expected: ExpectedVersion.NoStream }))
    }
    const invalid = Arr.map(conflicting.writes, (write) => ({ ...write, expected: ExpectedVersion.Exact(-1) }))
    const attempts: ReadonlyArray<Commit> = [
      { ...keyed("other"), writes: invalid },
      { ...keyed("other"), ...conflicting },
      conflicting,
      commit
    ]
    return {
      left: attempts.map((attempt) => Result.flip(module.append(journal, attempt, JournalRun.epoch))).map(
        Result.map(JournalRun.blame)
      ),
      right: [
        ["InvalidInput", "writes[0].expected.version"],
        ["IdempotencyConflict", "key"],
        ["VersionConflict", commit.writes[0].stream],
        ["DuplicateEventId", commit.writes[0].events[0].id]
      ].map((blamed) => Result.succeed(blamed))
    }
  })

/** Every commit with a key is sent again, at the end of the program. */
export const retriesChangeNothing = (module: Module = Journal) =>
  Law.make("a commit retried under its key gives its first result and changes nothing", (program: TimedProgram) => {
    const steps = JournalRun.play(module, program)
    const journal = JournalRun.last(module, steps)
    const seen = JournalRun.observe(module, journal)
    const keyed = steps.flatMap(({ commit, outcome }) =>
      commit.idempotency !== undefined && Result.isSuccess(outcome) ? [{ commit, appended: outcome.success[1] }] : []
    )
    const retried = keyed.map(({ commit }) => Result.getOrThrow(module.append(journal, commit, JournalRun.epoch)))
    return {
      left: retried.map(([journal, appended]) => [appended, JournalRun.observe(module, journal)]),
      right: keyed.map(({ appended }) => [{ ...appended, deduplicated: true }, seen])
    }
  })

/** The first write of a commit that is wrong about its stream is what the refusal is about. */
export const expectationsAreKept = (module: Module = Journal) =>
  Law.make("an append conflicts just where an expected version is wrong", (program: TimedProgram) => {
    // Where the input or the key decides, no expectation is asked.
    const asked = JournalRun.play(module, program).filter(({ outcome }) =>
      Result.isSuccess(outcome)
        ? !outcome.success[1].deduplicated
        : outcome.failure._tag === "VersionConflict" || outcome.failure._tag === "DuplicateEventId"
    )
    return {
      left: asked.map(({ outcome }) =>
        Result.isFailure(outcome) && outcome.failure._tag === "VersionConflict" ? outcome.failure : undefined
      ),
      right: asked.map(({ before, commit }) =>
        commit.writes.map((write) => conflictOf(module, before, write)).find((conflict) => conflict !== undefined)
      )
    }
  })

const conflictOf = (module: Module, journal: Journal.Journal, { expected, stream }: StreamWrite) => {
  const events = Result.getOrThrow(module.readStream(journal, stream))
  const isRight = {
    Any: true,
    NoStream: events.length === 0,
    StreamExists: events.length > 0,
    Exact: expected._tag === "Exact" && events.length === expected.version
  }
  const actual = Option.map(Arr.last(events), ({ version }) => version)
  return isRight[expected._tag] ? undefined : new VersionConflict({ stream, expected, actual })
}

/** In every stream: 1, 2, 3 … */
export const versionsHaveNoGaps = (module: Module = Journal) => LogLaws.versionsHaveNoGaps(JournalRun.log(module))

/** What is later in a stream is later in the log. */
export const versionOrderIsPositionOrder = (module: Module = Journal) =>
  LogLaws.versionOrderIsPositionOrder(JournalRun.log(module))

/** Not even when the clock is set back. */
export const timesNeverDecrease = (module: Module = Journal) => LogLaws.timesNeverDecrease(JournalRun.log(module))

/** Reads as of each version of each stream, and as of each position. */
export const asOfAPlaceIsAPrefix = (module: Module = Journal) => LogLaws.asOfAPlaceIsAPrefix(JournalRun.log(module))

/** Reads as of each instant of both clocks. */
export const asOfAnInstantIsAFilter = (module: Module = Journal) =>
  LogLaws.asOfAnInstantIsAFilter(JournalRun.log(module))

/** Ranges of both clocks. */
export const emptyRangesAreEmpty = (module: Module = Journal) => LogLaws.emptyRangesAreEmpty(JournalRun.log(module))

/** Pages of one, two and three events, each `after` the last event of the one before. */
export const pagingIsReadingAtOnce = (module: Module = Journal) => LogLaws.pagingIsReadingAtOnce(JournalRun.log(module))

/** However often it is sent: in one commit, or in several. */
export const eventIdsAreUnique = (module: Module = Journal) => LogLaws.eventIdsAreUnique(JournalRun.log(module))
