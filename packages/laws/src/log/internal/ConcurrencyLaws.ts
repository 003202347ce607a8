/** What an event store promises to writers and readers that are at it at the same time. */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { VersionConflict } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import { EventStore } from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Law from "../../kit/Law.ts"
import * as Play from "./Play.ts"
import * as Race from "./Race.ts"
import * as Tail from "./Tail.ts"

const stream = Fresh.noteStream("one")
const other = Fresh.noteStream("other")

/** The winner's events are stored; the others are told the version that he led to. */
export const oneOfManyWins = Law.make(
  "one of many concurrent appends at a version wins",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      yield* Play.send(fresh.commit({ writes: [Race.write(race, race.writers, stream, ExpectedVersion.Any)] }))
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

/** Each writer's events stay together and in their order. */
export const allWhoExpectNothingSucceed = Law.make(
  "concurrent appends that expect nothing all succeed, one after the other",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const outcomes = yield* Race.run(race, fresh, (writer) => ({
        writes: [Race.write(race, writer, stream, ExpectedVersion.Any)]
      }))
      const order = yield* Race.orderIn(fresh, stream, outcomes)
      const events = yield* Play.readStream(fresh.stream(stream))
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

/** The copies bring event ids of their own, as a client that tries again may do. */
export const copiesAreStoredOnce = Law.make(
  "concurrent copies of a commit under one key are stored once, and get one result",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
      const outcomes = yield* Race.run(race, fresh, (copy) => ({
        writes: [Race.write(race, 0, stream, ExpectedVersion.Any, copy)],
        idempotency: { key: Fresh.placeholder }
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

/** Half of the writers name the streams the other way round. */
export const oppositeOrdersAgree = Law.make(
  "concurrent commits to the same streams in opposite orders all succeed, each whole, in one order",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* Fresh.make
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
 * The reader reads what comes after the last event that it has seen, again and again. With `transaction`, writers hold
 * their transactions open for a while, so that they commit in another order than they began, and some roll back.
 */
export const tailMissesNothing = <R = never>(transaction?: Tail.Transaction<R>) =>
  Law.make<ReadonlyArray<Tail.Writer>, EventStore | R>(
    "a tailing reader misses nothing, whatever the order of commits",
    (writers) =>
      Effect.gen(function*() {
        const { head: start } = yield* EventStore
        const { seen, committed } = yield* Tail.run(yield* start, writers, transaction)
        return { left: seen, right: committed }
      })
  )
