/** The laws of guards, writes without events: they are checked, and nothing of them is stored. */
import * as Journal from "@refold/core/journal/Journal"
import * as Result from "effect/Result"
import * as Law from "../../kit/Law.ts"
import * as JournalRun from "./JournalRun.ts"
import { type TimedProgram, withoutGuards } from "./Programs.ts"

/** Neither in the log, nor in the result, nor under the idempotency key. */
export const guardsStoreNothing = (module: JournalRun.JournalModule = Journal) =>
  Law.make("a commit without its guards has the same result, and is the same commit for its key", (
    program: TimedProgram
  ) => {
    const stored = storedSteps(module, program)
    const alone = stored.map(({ at, before, unguarded }) => module.append(before, unguarded, at))
    const keyed = stored.filter(({ unguarded }) => unguarded.idempotency !== undefined)
    const repeated = keyed.map(({ after, at, unguarded }) => module.append(after, unguarded, at))
    return {
      left: {
        alone: alone.map(Result.map(([journal, appended]) => [appended, JournalRun.observe(module, journal)])),
        repeated: repeated.map(Result.map(([, appended]) => appended))
      },
      right: {
        alone: stored.map(({ after, appended }) => Result.succeed([appended, JournalRun.observe(module, after)])),
        repeated: keyed.map(({ appended }) => Result.succeed({ ...appended, deduplicated: true }))
      }
    }
  })

// The commits that succeeded, and each without its guards.
const storedSteps = (module: JournalRun.JournalModule, program: TimedProgram) =>
  JournalRun.run(module, program).flatMap(({ after, before, commit, outcome }, index) =>
    Result.isSuccess(outcome)
      ? [{ after, before, appended: outcome.success[1], unguarded: withoutGuards(commit), at: program[index]!.at }]
      : []
  )
