/** The laws of event stores with concurrent writers and readers. */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { VersionConflict } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import { EventStore } from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as Race from "./Race.ts"
import * as RunPrograms from "./RunPrograms.ts"
import * as Tail from "./Tail.ts"

const stream = FreshNames.noteStream("one")
const other = FreshNames.noteStream("other")

/** The events of one writer are stored; the others get a conflict with the version after those events. */
export const oneConcurrentAppendWins = Law.make(
  "one of many concurrent appends at the same expected version succeeds",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      yield* RunPrograms.send(fresh.commit({ writes: [Race.write(race, race.writers, stream, ExpectedVersion.Any)] }))
      const expected = ExpectedVersion.Exact(race.events)
      const outcomes = yield* Race.run(race, fresh, (writer) => ({
        writes: [Race.write(race, writer, stream, expected)]
      }))
      const winners = outcomes.flatMap((outcome, writer) => Result.isSuccess(outcome) ? [writer] : [])
      const actual = Option.some(StreamVersion(2 * race.events))
      const conflict = new VersionConflict({ stream: fresh.stream(stream), expected, actual })
      return {
        left: {
          winners: winners.length,
          losers: outcomes.flatMap((outcome) => Result.isFailure(outcome) ? [outcome.failure] : []),
          stored: yield* Race.stored(fresh, stream)
        },
        right: {
          winners: 1,
          losers: Arr.makeBy(race.writers, () => conflict).slice(1),
          stored: [race.writers, ...winners].flatMap((writer) => Race.dataOf(race, writer))
        }
      }
    })
)

/** The events of each writer stay together and in their order. */
export const appendsWithoutExpectationSucceed = Law.make(
  "concurrent appends without an expected version all succeed, one after the other",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const outcomes = yield* Race.run(race, fresh, (writer) => ({
        writes: [Race.write(race, writer, stream, ExpectedVersion.Any)]
      }))
      const order = yield* Race.orderIn(fresh, stream, outcomes)
      const events = yield* RunPrograms.readStream(fresh.stream(stream))
      return {
        left: {
          events: events.map(({ data, version }) => [version, data]),
          inPositionOrder: events.toSorted((a, b) => a.position - b.position).map(({ version }) => version)
        },
        right: {
          events: order.flatMap((writer) => Race.dataOf(race, writer)).map((data, index) => [index + 1, data]),
          inPositionOrder: events.map(({ version }) => version)
        }
      }
    })
)

/** Each writer appends to a stream of its own, and guards those of all others at the versions before the race. */
export const crossedGuardsConflict = Law.make(
  "of concurrent commits that guard each other's streams, one succeeds",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const streamOf = (writer: number) => FreshNames.noteStream(`guarded ${writer}`)
      const guard = (writer: number) => ({ stream: streamOf(writer), expected: ExpectedVersion.NoStream, events: [] })
      const outcomes = yield* Race.run(race, fresh, (writer) => {
        const own = Race.write(race, writer, streamOf(writer), ExpectedVersion.NoStream)
        const others = Arr.makeBy(race.writers, guard).filter((_, other) => other !== writer)
        return { writes: [own, ...others] }
      })
      const winners = outcomes.flatMap((outcome, writer) => Result.isSuccess(outcome) ? [writer] : [])
      const stored = yield* Effect.forEach(outcomes, (_, writer) => Race.stored(fresh, streamOf(writer)))
      const actual = Option.some(StreamVersion(race.events))
      const conflicts = winners.map((winner) =>
        new VersionConflict({ stream: fresh.stream(streamOf(winner)), expected: ExpectedVersion.NoStream, actual })
      )
      return {
        left: {
          winners: winners.length,
          losers: outcomes.flatMap((outcome) => Result.isFailure(outcome) ? [outcome.failure] : []),
          stored: stored.flat()
        },
        right: {
          winners: 1,
          losers: outcomes.flatMap((outcome) => Result.isFailure(outcome) ? conflicts.slice(0, 1) : []),
          stored: winners.flatMap((writer) => Race.dataOf(race, writer))
        }
      }
    })
)

/** Each copy has its own event ids, as a retry by a client may have. */
export const concurrentRetriesAreStoredOnce = Law.make(
  "concurrent copies of a commit under one key are stored once and get the same result",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const outcomes = yield* Race.run(race, fresh, (copy) => ({
        writes: [Race.write(race, 0, stream, ExpectedVersion.Any, copy)],
        idempotency: { key: FreshNames.placeholder }
      }))
      const appended = yield* Effect.forEach(outcomes, Effect.fromResult)
      const results = appended.map(({ deduplicated: _whether, ...result }) => result)
      return {
        left: {
          results,
          first: appended.filter(({ deduplicated }) => !deduplicated).length,
          stored: yield* Race.stored(fresh, stream)
        },
        right: {
          results: results.map(() => results[0]),
          first: 1,
          stored: Race.dataOf(race, 0)
        }
      }
    })
)

/** Half of the writers name the streams in the opposite order. */
export const oppositeOrdersAgree = Law.make(
  "concurrent commits to the same streams in opposite orders all succeed, completely and in one order",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const outcomes = yield* Race.run(race, fresh, (writer) => {
        const one = Race.write(race, writer, stream, ExpectedVersion.Any, 0)
        const two = Race.write(race, writer, other, ExpectedVersion.Any, 1)
        return { writes: writer % 2 === 0 ? [one, two] : [two, one] }
      })
      const order = yield* Race.orderIn(fresh, stream, outcomes)
      const expected = order.flatMap((writer) => Race.dataOf(race, writer))
      return {
        left: [yield* Race.stored(fresh, stream), yield* Race.stored(fresh, other)],
        right: [expected, expected]
      }
    })
)

/**
 * The reader repeatedly reads the events after the last one that it has seen. With `transaction`, writers keep their
 * transactions open, so that they commit in another order than they began, and some roll back.
 */
export const tailMissesNothing = <R = never>(transaction?: Tail.Transaction<R>) =>
  Law.make<ReadonlyArray<Tail.Writer>, EventStore | R>(
    "a reader that tails the log misses no event, in whatever order transactions commit",
    (writers) =>
      Effect.gen(function*() {
        const { head: start } = yield* EventStore
        const { seen, committed } = yield* Tail.run(yield* start, writers, transaction)
        return { left: seen, right: committed }
      })
  )
