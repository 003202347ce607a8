/**
 * Programs: what a store may be asked to append, one commit after the other. They return to the same few streams, keys
 * and event ids, expect right and wrong versions, repeat themselves, and now and then ask for what nothing may store.
 */
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as StreamName from "@refold/core/event/StreamName"
import type { Commit, Idempotency, StreamWrite } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Arbitraries from "../../kit/internal/Arbitraries.ts"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Extremes from "./Extremes.ts"

/** Commits, the first first. The names in them are made fresh for each run. */
export type Program = ReadonlyArray<Commit>

/** The idempotency keys of a program. */
export const keys: ReadonlyArray<string> = ["one ✓", "two"].map((key) => `${Fresh.placeholder}${key}`)

/** The fingerprints that its keys may come with. */
export const fingerprints: ReadonlyArray<string> = ["f", "g"]

// A version is drafted by its distance from the right one, an event id by its number where it repeats another.
interface WriteDraft {
  readonly stream: StreamName.StreamName
  readonly expected: "Any" | "NoStream" | "StreamExists" | number
  readonly events: NonEmptyReadonlyArray<{ readonly event: NewEvent; readonly sameIdAs: number | undefined }>
}

interface Draft {
  readonly writes: NonEmptyReadonlyArray<WriteDraft>
  readonly idempotency: Idempotency | undefined
  readonly extreme: number | undefined
}

interface Again {
  /** The number of the commit to repeat, counted back from the last. */
  readonly again: number
  readonly withNewIds: boolean
}

// One time in `weight` + 1.
const sometimes = <A>(weight: number, arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const writeDraft = (streams: ReadonlyArray<StreamName.StreamName>): fc.Arbitrary<WriteDraft> =>
  fc.record({
    stream: fc.constantFrom(...streams),
    // Right for the most part: a program that is refused throughout says little.
    expected: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom<WriteDraft["expected"]>("Any", 0) },
      { weight: 1, arbitrary: fc.constantFrom<WriteDraft["expected"]>("NoStream", "StreamExists", 1, -1) }
    ),
    events: Arbitraries.some(fc.record({ event: Arbitraries.newEvent, sameIdAs: sometimes(15, fc.nat(3)) }))
  })

const draft = (
  streams: ReadonlyArray<StreamName.StreamName>,
  extreme: fc.Arbitrary<number | undefined>
): fc.Arbitrary<Draft> =>
  fc.record({
    writes: Arbitraries.some(writeDraft(streams), ({ stream }) => stream),
    idempotency: sometimes(
      1,
      fc.record({
        key: fc.constantFrom(...keys),
        fingerprint: sometimes(1, fc.constantFrom(...fingerprints)),
        neverExpires: sometimes(1, fc.boolean())
      })
    ),
    extreme
  })

const extreme = fc.nat(Extremes.all.length - 1)

const again: fc.Arbitrary<Again> = fc.record({ again: fc.nat(2), withNewIds: fc.boolean() })

const streamNames: fc.Arbitrary<ReadonlyArray<StreamName.StreamName>> = fc.array(
  fc.tuple(Arbitraries.category, Arbitraries.name).map(([category, id]) =>
    Result.getOrThrow(StreamName.make(`${category}${Fresh.placeholder}`, id))
  ),
  { minLength: 1, maxLength: 3 }
)

/** Programs of up to nine commits. */
export const arbitrary: fc.Arbitrary<Program> = streamNames.chain((streams) => {
  const step = fc.oneof(
    { weight: 3, arbitrary: draft(streams, sometimes(9, extreme)) },
    { weight: 1, arbitrary: again }
  )
  return fc.array(step, { maxLength: 9, size: "max" })
}).map((steps) => resolveAll(steps))

/** Programs of up to twelve commits at the edge of what stores accept, or beyond. */
export const edges: fc.Arbitrary<Program> = streamNames.chain((streams) =>
  fc.array(draft(streams, extreme), { minLength: 1, maxLength: 12, size: "max" })
).map((steps) => resolveAll(steps))

const resolveAll = (steps: ReadonlyArray<Draft | Again>): Program =>
  steps.reduce(addStep, { commits: [], journal: Journal.empty, events: 0 }).commits

interface Resolved {
  readonly commits: ReadonlyArray<Commit>
  readonly journal: Journal.Journal
  /** How many event ids are in use. */
  readonly events: number
}

const addStep = (resolved: Resolved, step: Draft | Again): Resolved => {
  const commit = "again" in step ? repeated(resolved, step) : resolve(resolved, step)
  if (commit === undefined) return resolved
  // The time does not matter here: versions do not depend on it.
  const appended = Journal.append(resolved.journal, commit, DateTime.makeUnsafe(0))
  return {
    commits: [...resolved.commits, commit],
    journal: Result.isSuccess(appended) ? appended.success[0] : resolved.journal,
    events: resolved.events + commit.writes.reduce((sum, { events }) => sum + events.length, 0)
  }
}

const repeated = ({ commits, events }: Resolved, { again, withNewIds }: Again): Commit | undefined => {
  const earlier = commits.at(-1 - again)
  return earlier === undefined || !withNewIds ? earlier : withIds(earlier, events)
}

const resolve = ({ events, journal }: Resolved, { extreme, idempotency, writes }: Draft): Commit => {
  let next = events
  const resolved = Arr.map(writes, ({ events, expected, stream }): StreamWrite => ({
    stream,
    expected: typeof expected === "number"
      ? ExpectedVersion.Exact(Math.max(0, Journal.streamVersion(journal, stream) + expected))
      : expectations[expected],
    events: Arr.map(events, ({ event, sameIdAs }) => ({ ...event, id: Fresh.eventId(sameIdAs ?? next++) }))
  }))
  const commit: Commit = { writes: resolved, ...(idempotency && { idempotency }) }
  return extreme === undefined ? commit : Extremes.all[extreme]!(commit)
}

const { Any, NoStream, StreamExists } = ExpectedVersion
const expectations = { Any, NoStream, StreamExists }

const withIds = (commit: Commit, from: number): Commit => {
  let next = from
  return {
    ...commit,
    writes: Arr.map(commit.writes, (write) => ({
      ...write,
      events: Arr.map(write.events, (event) => ({ ...event, id: Fresh.eventId(next++) }))
    }))
  }
}

/** That keys are forgotten in the middle of a program. */
export interface Forgetting {
  /** The number of the commit after which that is. */
  readonly after: number
  /** Those used before this commit, counted back from the last one stored, give or take some milliseconds. */
  readonly back: number
  readonly offset: number
}

/** A program during which keys are forgotten. */
export interface Forgetful {
  readonly program: Program
  readonly forgettings: ReadonlyArray<Forgetting>
}

/** Programs of up to nine commits, during which keys are forgotten up to four times. */
export const forgetful: fc.Arbitrary<Forgetful> = fc.record({
  program: arbitrary,
  forgettings: fc.array(
    fc.record({ after: fc.nat(8), back: fc.nat(2), offset: fc.integer({ min: -1, max: 1 }) }),
    { maxLength: 4, size: "max" }
  )
}).map(({ forgettings, program }) => ({
  program,
  forgettings: forgettings.map(({ after, ...rest }) => ({ ...rest, after: after % Math.max(1, program.length) }))
}))

/** A program with the time of each commit; the clock may stand still, and be set back. */
export type TimedProgram = ReadonlyArray<{ readonly commit: Commit; readonly at: DateTime.Utc }>

/** Timed programs of up to nine commits. */
export const timed: fc.Arbitrary<TimedProgram> = fc.record({
  program: arbitrary,
  times: fc.array(fc.nat(5), { minLength: 9, maxLength: 9 })
}).map(({ program, times }) =>
  program.map((commit, index) => ({ commit, at: DateTime.makeUnsafe(1_700_000_000_000 + times[index]!) }))
)
