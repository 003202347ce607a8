/**
 * What every adapter promises of its event store. The first three laws say it all, by the Journal; the others say the
 * most important of it once more, so that a broken store is told in plain words what is wrong with it.
 */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Appended } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as History from "../../journal/internal/History.ts"
import * as LogLaws from "../../journal/internal/LogLaws.ts"
import * as Programs from "../../journal/internal/Programs.ts"
import type { Reading } from "../../journal/internal/Readings.ts"
import type * as Fresh from "../../kit/internal/Fresh.ts"
import { copy, vandalise } from "../../kit/internal/Vandal.ts"
import * as Law from "../../kit/Law.ts"
import * as Forgetting from "./Forgetting.ts"
import * as Play from "./Play.ts"

const agrees = (name: string) =>
  Law.make(name, (program: Programs.Program) =>
    Effect.map(Play.onStore(program), (played) => ({
      left: Play.observed(played),
      right: Play.observed(Play.onJournal(played.commits))
    })))

/** Results, refusals and the events stored are those of the Journal, positions compared by rank. */
export const commitsAgree = agrees("commits answer and store what the Journal says")

/** Names of the longest length and one more, the first and the last day, all that JSON cannot hold. */
export const edgesAgree = agrees("commits at the edges of what is accepted answer and store what the Journal says")

/** `findAppended` with every key and fingerprint of a program. */
export const lookupsAgree = Law.make(
  "looking up a key answers what the Journal says",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const played = yield* Play.onStore(program)
      return { left: yield* lookUp(played), right: lookUpIn(Play.onJournal(played.commits), played.fresh) }
    })
)

type Found = Result.Result<Option.Option<Appended>, unknown>

const lookups = (fresh: Fresh.Fresh) =>
  Programs.keys.flatMap((key) => Programs.fingerprints.map((fingerprint) => ({ key: fresh.text(key), fingerprint })))

const rankedIn = (history: History.History) => (found: Found) =>
  Result.map(found, Option.map((appended) => History.rankedAppended(history, appended)))

const lookUp = Effect.fnUntraced(function*({ fresh, history }: Pick<Play.OnStore, "fresh" | "history">) {
  const store = yield* EventStore
  const found = yield* Effect.forEach(lookups(fresh), (lookup) => Effect.result(store.findAppended(lookup)))
  return found.map(rankedIn(history))
})

const lookUpIn = ({ history, journal }: Pick<Play.OnJournal, "history" | "journal">, fresh: Fresh.Fresh) =>
  lookups(fresh).map((lookup) => rankedIn(history)(Journal.findAppended(journal, lookup)))

/**
 * Programs during which keys are forgotten, in instants of the store's own clock: the same answers, lookups and numbers
 * of keys, but for those of others. The law forgets all that is old enough: a store that is tested is not one in use.
 */
export const forgettingAgrees = Law.make(
  "forgetting keys forgets what the Journal forgets",
  (program: Programs.Forgetful) =>
    Effect.gen(function*() {
      const played = yield* Forgetting.onStore(program)
      const model = Forgetting.onJournal(played.steps)
      return {
        left: [Forgetting.observed(played, model.steps), yield* lookUp(played)],
        right: [Forgetting.observed(model, model.steps), lookUpIn(model, played.fresh)]
      }
    })
)

/** Reads with every option, of what programs stored: as the Journal with the same history. */
export const readsAgree = Law.make(
  "reads give what the Journal gives",
  ([program, readings]: readonly [Programs.Program, ReadonlyArray<Reading>]) =>
    Effect.gen(function*() {
      const { history } = yield* Play.onStore(program)
      const mirror = History.mirror(history)
      return {
        left: yield* Effect.forEach(readings, (reading) => Play.read(history, reading)),
        right: readings.map((reading) => Play.readJournal(mirror, reading))
      }
    })
)

/** The position of `head`, by which one waits to read one's own writes. */
export const headIsLast = Law.make(
  "the head is the position of the last event",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const { history } = yield* Play.onStore(program)
      return { left: yield* (yield* EventStore).head, right: history.events.at(-1)?.position ?? history.start }
    })
)

/** A commit stores all of its events, in their order, or leaves the log as it was. */
export const commitsAreAllOrNothing = Law.make(
  "a commit is stored whole or not at all",
  (program: Programs.Program) =>
    Effect.map(Play.onStore(program), ({ commits, history, outcomes }) => ({
      left: history.events.map(({ id }) => id),
      right: commits.flatMap(({ writes }, index) =>
        Play.isStored(outcomes[index]!) ? writes.flatMap(({ events }) => events.map(({ id }) => id.toLowerCase())) : []
      )
    }))
)

const retry = Effect.fnUntraced(function*(keyed: ReadonlyArray<Play.Keyed>, start: Position) {
  const retried = yield* Effect.forEach(keyed, ({ commit }) => Play.send(commit))
  return [retried, (yield* Play.since(start)).events]
})

const firstTime = (keyed: ReadonlyArray<Play.Keyed>, events: ReadonlyArray<RecordedEvent>) => [
  keyed.map(({ appended }) => ({ ...appended, deduplicated: true })),
  events
]

/** Every commit with a key is sent again, at the end of the program. */
export const retriesChangeNothing = Law.make(
  "a commit retried under its key gives its first result and changes nothing",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const played = yield* Play.onStore(program)
      const keyed = Play.keyed(played)
      return { left: yield* retry(keyed, played.history.start), right: firstTime(keyed, played.history.events) }
    })
)

/** Commits, results and events are changed by force; then everything is retried and read again. */
export const nothingHandedOutIsHeld = Law.make(
  "changing what the store took or gave does not change the store",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const taken = copy(program)
      const played = yield* Play.onStore(taken)
      const { history, keyed } = copy({ keyed: Play.keyed(played), history: played.history })
      vandalise([taken, Play.keyed(played), played.history.events])
      return { left: yield* retry(keyed, history.start), right: firstTime(keyed, history.events) }
    })
)

/** In every stream: 1, 2, 3 … */
export const versionsHaveNoGaps = LogLaws.versionsHaveNoGaps(Play.log)

/** What is later in a stream is later in the log. */
export const versionOrderIsPositionOrder = LogLaws.versionOrderIsPositionOrder(Play.log)

/** Not even when the store's clock is set back. */
export const timesNeverDecrease = LogLaws.timesNeverDecrease(Play.log)

/** Reads as of each version of each stream, and as of each position. */
export const asOfAPlaceIsAPrefix = LogLaws.asOfAPlaceIsAPrefix(Play.log)

/** Reads as of each instant of both clocks. */
export const asOfAnInstantIsAFilter = LogLaws.asOfAnInstantIsAFilter(Play.log)

/** Ranges of both clocks. */
export const emptyRangesAreEmpty = LogLaws.emptyRangesAreEmpty(Play.log)

/** Pages of one, two and three events, each `after` the last event of the one before. */
export const pagingIsReadingAtOnce = LogLaws.pagingIsReadingAtOnce(Play.log)

/** However often it is sent: in one commit, or in several. */
export const eventIdsAreUnique = LogLaws.eventIdsAreUnique(Play.log)
