/** The rules of an import for items that are read: order, versions, times, and the events that keys and discards name. */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import * as SizeLimits from "@refold/core/journal/SizeLimits"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import type { EventPlace, ImportBatch, ImportTarget } from "../Maintenance.ts"

/** The first item of a batch that breaks a rule. */
export interface Problem {
  readonly index: number
  readonly field: string
  readonly rule: string
}

/** The first problem of a batch; `after` is the position in the file of the last event before it. */
export const check = (
  target: ImportTarget,
  batch: ImportBatch,
  after: number
): Effect.Effect<Option.Option<Problem>, EventStoreError> =>
  batch.kind === "event" ? checkEvents(target, batch.items, after) : checkPlaces(target, batch)

const checkEvents = Effect.fnUntraced(function*(
  target: ImportTarget,
  events: ReadonlyArray<RecordedEvent>,
  after: number
): Effect.fn.Return<Option.Option<Problem>, EventStoreError> {
  const streams = [...new Set(events.map(({ stream }) => stream))]
  const ends = yield* target.streamEnds(streams)
  const known = new Map<string, End>()
  for (const [index, stream] of streams.entries()) known.set(stream, Option.getOrElse(ends[index]!, () => none))
  const begun = yield* commitsBefore(target, events, after)
  let position = after
  for (const [index, event] of events.entries()) {
    if (event.commit === event.position) begun.add(event.commit)
    const problem = problemOf(event, position, known.get(event.stream)!) ?? commitProblem(event, begun) ??
      sizeProblem(event, target.limits)
    if (problem !== undefined) return Option.some({ index, field: `event.${problem[0]}`, rule: problem[1] })
    position = event.position
    known.set(event.stream, event)
  }
  return Option.none()
})

// The commits that began before the batch and continue in it.
const commitsBefore = Effect.fnUntraced(function*(
  target: ImportTarget,
  events: ReadonlyArray<RecordedEvent>,
  after: number
): Effect.fn.Return<Set<Position>, EventStoreError> {
  const named = [...new Set(events.map(({ commit }) => commit))].filter((commit) => commit <= after)
  const stored = named.length === 0 ? [] : yield* target.areCommits(named)
  return new Set(named.filter((_, index) => stored[index] === true))
})

const commitProblem = ({ commit }: RecordedEvent, begun: ReadonlySet<Position>): Broken | undefined =>
  begun.has(commit) ? undefined : ["commit", `must be the position of the first event of a commit: ${commit} is not`]

interface End {
  readonly version: number
  readonly recordedAt: DateTime.Utc
}

const none: End = { version: 0, recordedAt: DateTime.makeUnsafe(-62_135_596_800_000) }

type Broken = readonly [field: string, rule: string]

const problemOf = ({ position, recordedAt, stream, version }: RecordedEvent, after: number, end: End) => {
  if (position <= after) return ["position", `must be above ${after}, that of the event before it`] satisfies Broken
  if (version !== end.version + 1) {
    return ["version", `must be ${end.version + 1}, the next version of stream "${stream}"`] satisfies Broken
  }
  if (DateTime.isLessThan(recordedAt, end.recordedAt)) {
    return ["recordedAt", `must not be before that of the event before it in stream "${stream}"`] satisfies Broken
  }
  return undefined
}

const sizeProblem = (event: RecordedEvent, limits: SizeLimits.SizeLimits): Broken | undefined => {
  const size = SizeLimits.checkEvents([event], "event", limits)
  return Result.isSuccess(size) ? undefined : [size.failure.field.replace("event[0].", ""), size.failure.rule]
}

const checkPlaces = Effect.fnUntraced(function*(
  target: ImportTarget,
  batch: Exclude<ImportBatch, { readonly kind: "event" }>
): Effect.fn.Return<Option.Option<Problem>, EventStoreError> {
  const named = placesOf(batch)
  const stored = yield* target.areStored(named.map(({ place }) => place))
  const missing = named.find((_, index) => stored[index] !== true)
  return Option.map(Option.fromUndefinedOr(missing), ({ field, index, place }) => ({
    index,
    field,
    rule: `must be of an event in the file: there is no event ${place.version} of stream "${place.stream}"`
  }))
})

interface Named {
  readonly index: number
  readonly field: string
  readonly place: EventPlace
}

const placesOf = (batch: Exclude<ImportBatch, { readonly kind: "event" }>): ReadonlyArray<Named> => {
  switch (batch.kind) {
    case "key":
      return batch.items.flatMap(({ commit }, index) =>
        commit.map((place, n) => ({ index, field: `key.commit[${n}]`, place }))
      )
    case "discard":
      return batch.items.map((place, index) => ({ index, field: "discard", place }))
    case "consumer":
      return batch.items.flatMap(({ addition, after, parked }, index) => [
        ...after === undefined ? [] : [{ index, field: "consumer.after", place: after }],
        ...addition?.after === undefined ? [] : [{ index, field: "consumer.addition.after", place: addition.after }],
        ...parked.map((place, n) => ({ index, field: `consumer.parked[${n}]`, place }))
      ])
  }
}

/** The rule that an item breaks whose id, key or place is taken. */
export const takenRule = (kind: ImportBatch["kind"]): Omit<Problem, "index"> => {
  const rule = "must occur once in the file"
  switch (kind) {
    case "event":
      return { field: "event.id", rule }
    case "key":
      return { field: "key.key", rule }
    case "discard":
      return { field: "discard", rule }
    case "consumer":
      return { field: "consumer.consumer", rule }
  }
}
