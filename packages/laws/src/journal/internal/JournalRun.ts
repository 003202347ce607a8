/** Runs timed programs on a Journal module and observes the journal before and after each step. */
import { Position } from "@refold/core/event/Position"
import type { AppendError } from "@refold/core/journal/AppendError"
import type { Appended } from "@refold/core/journal/Commit"
import type * as Journal from "@refold/core/journal/Journal"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { deepCopy } from "../../kit/internal/MutationProbe.ts"
import type { Log } from "./LogLaws.ts"
import * as Programs from "./Programs.ts"

/** The functions of `@refold/core/Journal` that the laws are about. */
export type JournalModule = Pick<
  typeof Journal,
  "append" | "empty" | "findAppended" | "findEvent" | "forgetKeys" | "head" | "readAll" | "readStream" | "streamVersion"
>

type Commit = Programs.TimedProgram[number]["commit"]

/** A time for commits whose time does not matter. */
export const epoch = DateTime.makeUnsafe(0)

/** The type of an error, and the fields that identify its subject. */
export const errorSubject = (error: AppendError): readonly [string, string] => {
  switch (error._tag) {
    case "InvalidInput":
      return [error._tag, error.field]
    case "IdempotencyConflict":
      return [error._tag, error.key]
    case "VersionConflict":
      return [error._tag, error.stream]
    case "DuplicateEventId":
      return [error._tag, error.id]
  }
}

/** One commit of a run, its result, and the journals before and after it. */
export interface Step {
  readonly commit: Commit
  readonly before: Journal.Journal
  /** The contents of `before` as observed at that time. */
  readonly seen: unknown
  readonly outcome: Result.Result<readonly [Journal.Journal, Appended], AppendError>
  readonly after: Journal.Journal
}

/** Runs a program on a journal, the empty one by default. */
export const run = (
  module: JournalModule,
  program: Programs.TimedProgram,
  from: Journal.Journal = module.empty
): ReadonlyArray<Step> => {
  let before = from
  return program.map(({ at, commit }) => {
    const seen = observe(module, before)
    const outcome = module.append(before, commit, at)
    const after = Result.match(outcome, { onFailure: () => before, onSuccess: ([journal]) => journal })
    const step = { commit, before, seen, outcome, after }
    before = after
    return step
  })
}

/** The journal after the last step. */
export const last = (module: JournalModule, steps: ReadonlyArray<Step>, from = module.empty): Journal.Journal =>
  steps.at(-1)?.after ?? from

/** The whole readable content of a journal, copied so that later changes of the journal do not affect it. */
export const observe = (module: JournalModule, journal: Journal.Journal): unknown =>
  deepCopy({
    head: module.head(journal),
    events: events(module, journal),
    keys: Programs.keys.flatMap((key) =>
      Programs.fingerprints.map((fingerprint) =>
        Result.match(module.findAppended(journal, { key, fingerprint }), {
          onFailure: (conflict) => conflict,
          onSuccess: (found) => found
        })
      )
    )
  })

/** The events of a journal. */
export const events = (module: JournalModule, journal: Journal.Journal) => Result.getOrThrow(module.readAll(journal))

/** The log that a program leads to. */
export const log = (module: JournalModule) => (program: Programs.TimedProgram): Effect.Effect<Log<never>> => {
  const journal = last(module, run(module, program))
  return Effect.succeed({
    history: { start: Position(0), events: events(module, journal) },
    readStream: (stream, options) => Effect.fromResult(module.readStream(journal, stream, options)),
    readAll: (options) => Effect.fromResult(module.readAll(journal, options))
  })
}
