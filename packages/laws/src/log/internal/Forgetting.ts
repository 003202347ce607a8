/** Plays programs during which idempotency keys are forgotten, on the store at hand and on a Journal. */
import type { Appended } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import { EventStore } from "@refold/store/log/EventStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as History from "../../journal/internal/History.ts"
import type { Forgetful, Forgetting } from "../../journal/internal/Programs.ts"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Play from "./Play.ts"

/** A commit and its outcome, or an instant and how many keys were forgotten that were used before it. */
type Step =
  | { readonly commit: Play.Played["commits"][number]; readonly outcome: Play.Played["outcomes"][number] }
  | { readonly before: DateTime.Utc; readonly keys: number }

/** What was done, and what is in the log now. */
export interface Forgotten {
  readonly steps: ReadonlyArray<Step>
  readonly history: History.History
}

/** Plays a program on the store, under fresh names. The instants are those of its own clock. */
export const onStore = Effect.fnUntraced(function*({ forgettings, program }: Forgetful) {
  const store = yield* EventStore
  const fresh = yield* Fresh.make
  const start = yield* store.head
  const steps: Array<Step> = []
  for (const [index, draft] of program.entries()) {
    const commit = fresh.commit(draft)
    steps.push({ commit, outcome: yield* Effect.result(Play.send(commit)) })
    for (const forgetting of forgettings.filter(({ after }) => after === index)) {
      const before = instantOf(steps, forgetting)
      if (before !== undefined) steps.push({ before, keys: yield* store.forgetKeys(before) })
    }
  }
  return { fresh, steps, history: yield* Play.since(start) }
})

/** Plays what was done on a Journal whose clock gives its events the times that they have in the store. */
export const onJournal = (done: ReadonlyArray<Step>): Forgotten & { readonly journal: Journal.Journal } => {
  let journal = Journal.empty
  const steps = done.map((step): Step => {
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

/** The outcomes, with ranks for positions. Keys are counted up to so many: others may have used the store. */
export const observed = ({ history, steps }: Forgotten, most: ReadonlyArray<Step>): ReadonlyArray<unknown> =>
  steps.map((step, index) => {
    const limit = most[index]
    return "outcome" in step
      ? Result.map(step.outcome, (appended) => History.rankedAppended(history, appended))
      : Math.min(step.keys, limit !== undefined && "keys" in limit ? limit.keys : Infinity)
  })

/**
 * A time of the clock by which a Journal records a commit as the store did. A stream's time is the clock's, or that of its
 * last event where that is later: had the clock shown the earliest of them, all would be the same.
 */
const clockOf = ({ streams }: Appended): DateTime.Utc =>
  streams.reduce((earliest, { recordedAt }) => DateTime.min(earliest, recordedAt), streams[0].recordedAt)

/** When the key of a commit was used for the first time. */
const usedAt = ({ streams: [{ recordedAt }] }: Appended): DateTime.Utc => recordedAt

const instantOf = (steps: ReadonlyArray<Step>, { back, offset }: Forgetting): DateTime.Utc | undefined => {
  const stored = steps.flatMap((step) =>
    "outcome" in step && Result.isSuccess(step.outcome) && Play.isStored(step.outcome) ? [step.outcome.success] : []
  )
  const commit = stored.at(-1 - back)
  return commit && DateTime.add(usedAt(commit), { milliseconds: offset })
}
