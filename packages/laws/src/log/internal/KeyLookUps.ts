/** Look-ups of the idempotency keys of a program. */
import type { Appended, KeyLookUp } from "@refold/core/journal/Commit"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as History from "../../journal/internal/History.ts"
import * as Programs from "../../journal/internal/Programs.ts"
import type * as FreshNames from "../../kit/internal/FreshNames.ts"
import type * as RunPrograms from "./RunPrograms.ts"

/** An answer to a look-up. */
type Found = Result.Result<Option.Option<Appended>, unknown>

/** A look-up for each key of a program, with each fingerprint and without one. */
export const lookups = (fresh: FreshNames.FreshNames): ReadonlyArray<KeyLookUp> =>
  Programs.keys.map((key) => fresh.text(key)).flatMap((key) => [
    { key },
    ...Programs.fingerprints.map((fingerprint) => ({ key, fingerprint }))
  ])

/** What was found, with ranks in place of positions. */
export const rankedIn = (history: History.History) => (found: Found) =>
  Result.map(found, Option.map((appended) => History.rankedAppended(history, appended)))

/** What the look-ups find in a store. */
export const lookUp = Effect.fnUntraced(function*({ fresh, history }: Pick<RunPrograms.StoreRun, "fresh" | "history">) {
  const store = yield* EventStore
  const found = yield* Effect.forEach(lookups(fresh), (lookup) => Effect.result(store.findAppended(lookup)))
  return found.map(rankedIn(history))
})
