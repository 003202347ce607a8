/** Look-ups of the idempotency keys of a program. */
import type { Appended, KeyLookUp } from "@refold/core/journal/Commit"
import * as JournalBrowser from "@refold/core/journal/JournalBrowser"
import type { StoredKey } from "@refold/core/journal/StoredKey"
import { EventStore } from "@refold/store/log/EventStore"
import { LogBrowser } from "@refold/store/log/LogBrowser"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as History from "../../journal/internal/History.ts"
import * as Programs from "../../journal/internal/Programs.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import type * as RunPrograms from "./RunPrograms.ts"

/** An answer to a look-up. */
type Found = Result.Result<Option.Option<Appended>, unknown>

/** A look-up for each key of a program, with each fingerprint and without one. */
export const lookups = (fresh: FreshNames.FreshNames): ReadonlyArray<KeyLookUp> =>
  Programs.keys.map((key) => fresh.text(key)).flatMap((key) => [
    { key },
    ...Programs.fingerprints.map((fingerprint) => ({ key, fingerprint }))
  ])

/** The answer, with ranks in place of positions. */
export const rankedIn = (history: History.History) => (found: Found) =>
  Result.map(found, Option.map((appended) => History.rankedAppended(history, appended)))

/** The answers of a store to the look-ups. */
export const lookUp = Effect.fnUntraced(function*({ fresh, history }: Pick<RunPrograms.StoreRun, "fresh" | "history">) {
  const store = yield* EventStore
  const found = yield* Effect.forEach(lookups(fresh), (lookup) => Effect.result(store.findAppended(lookup)))
  return found.map(rankedIn(history))
})

// The keys of a program, one that a new process would use, and invalid ones.
const candidates = (fresh: FreshNames.FreshNames): ReadonlyArray<string> => [
  ...[...Programs.keys, `${FreshNames.placeholder}print`, `refold:${FreshNames.placeholder}`].map(fresh.text),
  "",
  "\u0000",
  "k".repeat(256)
]

const foundIn = (history: History.History) => (found: Result.Result<Option.Option<StoredKey>, unknown>) =>
  Result.map(found, Option.map((stored) => ({ ...stored, answer: History.rankedAppended(history, stored.answer) })))

/** The answers of `findKey` in a store, for each key of a program and some invalid ones. */
export const find = Effect.fnUntraced(function*({ fresh, history }: Pick<RunPrograms.StoreRun, "fresh" | "history">) {
  const browser = yield* LogBrowser
  const found = yield* Effect.forEach(candidates(fresh), (key) => Effect.result(browser.findKey(key)))
  return found.map(foundIn(history))
})

/** The answers of `findKey` in a Journal. */
export const findIn = (
  { history, journal }: Pick<RunPrograms.JournalRun, "history" | "journal">,
  fresh: FreshNames.FreshNames
) => candidates(fresh).map((key) => foundIn(history)(JournalBrowser.findKey(journal, key)))
