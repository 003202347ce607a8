/** The laws of idempotency keys: look-ups and expiry. */
import * as Journal from "@refold/core/journal/Journal"
import * as Effect from "effect/Effect"
import type * as Programs from "../../journal/internal/Programs.ts"
import type * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as KeyExpiry from "./KeyExpiry.ts"
import { lookUp, lookups, rankedIn } from "./KeyLookUps.ts"
import * as RunPrograms from "./RunPrograms.ts"

/** `findAppended` with every key and fingerprint of a program, and without a fingerprint. */
export const lookupsAgree = Law.make(
  "looking up an idempotency key gives the same as in the Journal",
  (program: Programs.Program) =>
    Effect.gen(function*() {
      const run = yield* RunPrograms.onStore(program)
      return { left: yield* lookUp(run), right: lookUpIn(RunPrograms.onJournal(run.commits), run.fresh) }
    })
)

const lookUpIn = (
  { history, journal }: Pick<RunPrograms.JournalRun, "history" | "journal">,
  fresh: FreshNames.FreshNames
) => lookups(fresh).map((lookup) => rankedIn(history)(Journal.findAppended(journal, lookup)))

/**
 * Programs during which old keys are deleted: results, lookups and numbers of keys are those of the Journal. The law
 * deletes the keys of other runs, too, so the store under test must not be in use.
 */
export const keyExpiryAgrees = Law.make(
  "forgetting idempotency keys deletes the same keys as in the Journal",
  (program: Programs.ProgramWithKeyExpiry) =>
    Effect.gen(function*() {
      const run = yield* KeyExpiry.onStore(program)
      const model = KeyExpiry.onJournal(run.steps)
      return {
        left: [KeyExpiry.observed(run, model.steps), yield* lookUp(run)],
        right: [KeyExpiry.observed(model, model.steps), lookUpIn(model, run.fresh)]
      }
    })
)
