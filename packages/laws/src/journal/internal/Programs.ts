/**
 * Programs: sequences of commits for a store. They use few streams, keys and event ids again and again, expect right and
 * wrong versions and last events, guard streams, repeat commits, and contain some commits that every store must refuse.
 */
import * as StreamName from "@refold/core/event/StreamName"
import { type Commit, isGuard } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Arbitraries from "../../kit/internal/Arbitraries.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as LimitCases from "./LimitCases.ts"
import { type Draft, draft, resolve, sometimes } from "./ProgramDrafts.ts"

export { fingerprints, keys } from "./ProgramDrafts.ts"

/** Commits in the order in which they are sent. Their names contain the placeholder of `FreshNames`. */
export type Program = ReadonlyArray<Commit>

interface Repetition {
  /** Which commit to repeat, counted backwards from the last. */
  readonly repeats: number
  readonly withNewIds: boolean
  readonly withGuards: boolean
}

const limitCase = fc.nat(LimitCases.all.length - 1)

const repetition: fc.Arbitrary<Repetition> = fc.record({
  repeats: fc.nat(2),
  withNewIds: fc.boolean(),
  withGuards: fc.boolean()
})

const streamNames: fc.Arbitrary<ReadonlyArray<StreamName.StreamName>> = fc.array(
  fc.tuple(Arbitraries.category, Arbitraries.name).map(([category, id]) =>
    Result.getOrThrow(StreamName.make(`${category}${FreshNames.placeholder}`, id))
  ),
  { minLength: 1, maxLength: 3 }
)

/** Programs of up to nine commits. */
export const arbitrary: fc.Arbitrary<Program> = streamNames.chain((streams) => {
  const step = fc.oneof(
    { weight: 3, arbitrary: draft(streams, sometimes(9, limitCase)) },
    { weight: 1, arbitrary: repetition }
  )
  return fc.array(step, { maxLength: 9, size: "max" })
}).map((steps) => resolveAll(steps))

/** Programs of up to twelve commits at or beyond the limits of stores. */
export const limitCases: fc.Arbitrary<Program> = streamNames.chain((streams) =>
  fc.array(draft(streams, limitCase), { minLength: 1, maxLength: 12, size: "max" })
).map((steps) => resolveAll(steps))

const resolveAll = (steps: ReadonlyArray<Draft | Repetition>): Program =>
  steps.reduce(addStep, { commits: [], journal: Journal.empty, events: 0 }).commits

interface Resolved {
  readonly commits: ReadonlyArray<Commit>
  readonly journal: Journal.Journal
  /** The number of event ids in use. */
  readonly events: number
}

const addStep = (resolved: Resolved, step: Draft | Repetition): Resolved => {
  const commit = "repeats" in step ? repeated(resolved, step) : resolve(resolved, step)
  if (commit === undefined) return resolved
  // The time is arbitrary, because versions do not depend on it.
  const appended = Journal.append(resolved.journal, commit, DateTime.makeUnsafe(0))
  return {
    commits: [...resolved.commits, commit],
    journal: Result.isSuccess(appended) ? appended.success[0] : resolved.journal,
    events: resolved.events + commit.writes.reduce((sum, { events }) => sum + events.length, 0)
  }
}

const repeated = (
  { commits, events }: Resolved,
  { repeats, withGuards, withNewIds }: Repetition
): Commit | undefined => {
  const earlier = commits.at(-1 - repeats)
  if (earlier === undefined) return undefined
  const commit = withGuards ? earlier : withoutGuards(earlier)
  return withNewIds ? withIds(commit, events) : commit
}

/** A commit without its guards; as it is if it has no events. */
export const withoutGuards = (commit: Commit): Commit => {
  const [first, ...rest] = commit.writes.filter((write) => !isGuard(write))
  return first === undefined ? commit : { ...commit, writes: [first, ...rest] }
}

const withIds = (commit: Commit, from: number): Commit => {
  let next = from
  return {
    ...commit,
    writes: Arr.map(commit.writes, (write) => ({
      ...write,
      events: write.events.map((event) => ({ ...event, id: FreshNames.eventId(next++) }))
    }))
  }
}

/** A call of `forgetKeys` in the middle of a program. */
export interface KeyExpiry {
  /** The number of the commit after which it happens. */
  readonly after: number
  /** Keys are deleted that were used before this commit, counted backwards from the last one stored. */
  readonly back: number
  /** Milliseconds to add to the time of that commit. */
  readonly offset: number
}

/** A program during which idempotency keys are deleted. */
export interface ProgramWithKeyExpiry {
  readonly program: Program
  readonly expiries: ReadonlyArray<KeyExpiry>
}

/** Programs of up to nine commits, during which keys are deleted up to four times. */
export const withKeyExpiry: fc.Arbitrary<ProgramWithKeyExpiry> = fc.record({
  program: arbitrary,
  expiries: fc.array(
    fc.record({ after: fc.nat(8), back: fc.nat(2), offset: fc.integer({ min: -1, max: 1 }) }),
    { maxLength: 4, size: "max" }
  )
}).map(({ expiries, program }) => ({
  program,
  expiries: expiries.map(({ after, ...rest }) => ({ ...rest, after: after % Math.max(1, program.length) }))
}))

/** A program with the time of each commit. Times may repeat and decrease. */
export type TimedProgram = ReadonlyArray<{ readonly commit: Commit; readonly at: DateTime.Utc }>

/** Timed programs of up to nine commits. */
export const timed: fc.Arbitrary<TimedProgram> = fc.record({
  program: arbitrary,
  times: fc.array(fc.nat(5), { minLength: 9, maxLength: 9 })
}).map(({ program, times }) =>
  program.map((commit, index) => ({ commit, at: DateTime.makeUnsafe(1_700_000_000_000 + times[index]!) }))
)
