/** Runs programs that delete old idempotency keys with `forgetKeys`, on a store and on a Journal. */
import type { Appended } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import { EventStore } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as History from "../../journal/internal/History.ts"
import type { KeyExpiry, ProgramWithKeyExpiry } from "../../journal/internal/Programs.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as RunPrograms from "./RunPrograms.ts"

/** A commit and its outcome, or a deletion of the keys used before an instant, and the number of keys deleted. */
type Step =
  | {
    readonly commit: RunPrograms.ProgramRun["commits"][number]
    readonly outcome: RunPrograms.ProgramRun["outcomes"][number]
  }
  | { readonly before: DateTime.Utc; readonly keys: number }

/** The steps of a run, and the log after it. */
export interface ExpiryRun {
  readonly steps: ReadonlyArray<Step>
  readonly history: History.History
}

/** Runs a program on the store under fresh names. Instants are of the store's clock. */
export const onStore = Effect.fnUntraced(function*({ expiries, program }: ProgramWithKeyExpiry) {
  const store = yield* EventStore
  const fresh = yield* FreshNames.make
  const start = yield* store.head
  const steps: Array<Step> = []
  for (const [index, draft] of program.entries()) {
    const commit = fresh.commit(draft)
    steps.push({ commit, outcome: yield* Effect.result(RunPrograms.send(commit)) })
    for (const expiry of expiries.filter(({ after }) => after === index)) {
      const before = instantOf(steps, expiry)
      if (before !== undefined) steps.push({ before, keys: yield* store.forgetKeys(before) })
    }
  }
  return { fresh, steps, history: yield* RunPrograms.historySince(start) }
})

/** Repeats the steps of a run on a Journal, with the times that the store recorded. */
export const onJournal = (ran: ReadonlyArray<Step>): ExpiryRun & { readonly journal: Journal.Journal } => {
  let journal = Journal.empty
  const steps = ran.map((step): Step => {
    if ("before" in step) {
      const [next, keys] = Result.getOrThrow(Journal.forgetKeys(journal, step.before))
      journal = next
      return { ...step, keys }
    }
    const at = Result.isSuccess(step.outcome) ? clockOf(step.outcome.success) : DateTime.makeUnsafe(0)
    const outcome = Result.map(Journal.append(journal, step.commit, at), ([next, appended]) => {
      journal = next
      return appended
    })
    return { ...step, outcome }
  })
  return { steps, journal, history: History.ofJournal(journal) }
}

/**
 * The outcomes with ranks instead of positions, and the numbers of deleted keys, at most those of `limits`: the store may
 * hold keys of other runs, which are deleted and counted as well.
 */
export const observed = ({ history, steps }: ExpiryRun, limits: ReadonlyArray<Step>): ReadonlyArray<unknown> =>
  steps.map((step, index) => {
    const limit = limits[index]
    return "outcome" in step
      ? Result.map(step.outcome, (appended) => History.rankedAppended(history, appended))
      : Math.min(step.keys, limit !== undefined && "keys" in limit ? limit.keys : Infinity)
  })

/**
 * The time at which a Journal must append a commit to record the same times as the store. A stream's time is the clock's,
 * or that of its last event if later, so the earliest of the recorded times gives all of them.
 */
const clockOf = ({ streams }: Appended): DateTime.Utc =>
  streams.reduce((earliest, { recordedAt }) => DateTime.min(earliest, recordedAt), streams[0].recordedAt)

/** The time at which the key of a commit was first used. */
const usedAt = ({ streams: [{ recordedAt }] }: Appended): DateTime.Utc => recordedAt

const instantOf = (steps: ReadonlyArray<Step>, { back, offset }: KeyExpiry): DateTime.Utc | undefined => {
  const stored = steps.flatMap((step) =>
    "outcome" in step && Result.isSuccess(step.outcome) && RunPrograms.isStored(step.outcome)
      ? [step.outcome.success]
      : []
  )
  const commit = stored.at(-1 - back)
  return commit && DateTime.add(usedAt(commit), { milliseconds: offset })
}
