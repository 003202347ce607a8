/** Drafts of commits, from which programs are generated. A draft becomes a commit once the journal before it is known. */
import type { NewEvent } from "@refold/core/event/NewEvent"
import type * as StreamName from "@refold/core/event/StreamName"
import type { Commit, Idempotency, StreamWrite } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Arr from "effect/Array"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Arbitraries from "../../kit/internal/Arbitraries.ts"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as LimitCases from "./LimitCases.ts"

/** The idempotency keys of a program. */
export const keys: ReadonlyArray<string> = ["one ✓", "two"].map((key) => `${FreshNames.placeholder}${key}`)

/** The fingerprints used with those keys. */
export const fingerprints: ReadonlyArray<string> = ["f", "g"]

// A number as expected version is relative to the current version. `sameIdAs` is the number of an event id to repeat.
// Without events it is a guard. The last event is that of the stream, or the event of a number.
interface WriteDraft {
  readonly stream: StreamName.StreamName
  readonly expected: "Any" | "NoStream" | "StreamExists" | number
  readonly last: "right" | number | undefined
  readonly events: ReadonlyArray<{ readonly event: NewEvent; readonly sameIdAs: number | undefined }>
}

/** A commit whose expected versions and event ids are not known yet. */
export interface Draft {
  readonly writes: NonEmptyReadonlyArray<WriteDraft>
  readonly idempotency: Idempotency | undefined
  readonly limitCase: number | undefined
}

/** Undefined, but for once in `weight` + 1 times. */
export const sometimes = <A>(weight: number, arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

const writeDraft = (streams: ReadonlyArray<StreamName.StreamName>): fc.Arbitrary<WriteDraft> =>
  fc.record({
    stream: fc.constantFrom(...streams),
    // Most are right, because a program whose commits are all refused tests little.
    expected: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom<WriteDraft["expected"]>("Any", 0) },
      { weight: 1, arbitrary: fc.constantFrom<WriteDraft["expected"]>("NoStream", "StreamExists", 1, -1) }
    ),
    last: sometimes(
      2,
      fc.oneof({ weight: 3, arbitrary: fc.constant("right" as const) }, { weight: 1, arbitrary: fc.nat(3) })
    ),
    events: fc.oneof(
      {
        weight: 4,
        arbitrary: Arbitraries.some(fc.record({ event: Arbitraries.newEvent, sameIdAs: sometimes(15, fc.nat(3)) }))
      },
      { weight: 1, arbitrary: fc.constant([]) }
    )
  })

/** Drafts of commits to these streams. */
export const draft = (
  streams: ReadonlyArray<StreamName.StreamName>,
  limitCase: fc.Arbitrary<number | undefined>
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
    limitCase
  })

/** The commit of a draft on a journal. `events` is the number of event ids in use. */
export const resolve = (
  { events, journal }: { readonly events: number; readonly journal: Journal.Journal },
  { limitCase, idempotency, writes }: Draft
): Commit => {
  let next = events
  const resolved = Arr.map(writes, (draft): StreamWrite => ({
    stream: draft.stream,
    ...resolveExpected(journal, draft),
    events: draft.events.map(({ event, sameIdAs }) => ({ ...event, id: FreshNames.eventId(sameIdAs ?? next++) }))
  }))
  const commit: Commit = { writes: resolved, ...(idempotency && { idempotency }) }
  return limitCase === undefined ? commit : LimitCases.all[limitCase]!(commit)
}

const { Any, NoStream, StreamExists } = ExpectedVersion
const expectations = { Any, NoStream, StreamExists }

const resolveExpected = (
  journal: Journal.Journal,
  { events, expected, last, stream }: WriteDraft
): Pick<StreamWrite, "expected" | "lastEventId"> => {
  // A guard at any version is invalid; among the limit cases there is one.
  const relative = expected === "Any" && events.length === 0 ? 0 : expected
  if (typeof relative !== "number") return { expected: expectations[relative] }
  const stored = Result.getOrElse(Journal.readStream(journal, stream), () => [])
  const version = Math.max(0, stored.length + relative)
  const lastEventId = last === "right" ? stored.at(-1)?.id : last === undefined ? undefined : FreshNames.eventId(last)
  return {
    expected: ExpectedVersion.Exact(version),
    ...(version === 0 || lastEventId === undefined ? {} : { lastEventId })
  }
}
