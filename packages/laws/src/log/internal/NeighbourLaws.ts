/** The laws of concurrent, unrelated appends: none changes the events or the answer of another. */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { DuplicateEventId } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as Law from "../../kit/Law.ts"
import * as Race from "./Race.ts"
import * as RunPrograms from "./RunPrograms.ts"

const streamOf = (writer: number) => FreshNames.noteStream(`neighbour ${writer}`)

/** The writers store different numbers of events, each in a stream of its own. */
export const answersAreTheCallersOwn = Law.make(
  "each of concurrent appends gets the place of its own events",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const outcomes = yield* Race.run(race, fresh, (writer) => ({
        writes: [
          Race.write({ ...race, events: 1 + writer % 3 }, writer, streamOf(writer), ExpectedVersion.NoStream)
        ]
      }))
      const appended = yield* Effect.forEach(outcomes, Effect.fromResult)
      const stored = yield* Effect.forEach(appended, (_, writer) =>
        RunPrograms.readStream(fresh.stream(streamOf(writer))))
      return {
        left: appended.map(({ streams: [{ firstVersion, position, stream, version }] }) => ({
          stream,
          firstVersion,
          version,
          position
        })),
        right: stored.map((events, writer) => ({
          stream: fresh.stream(streamOf(writer)),
          firstVersion: StreamVersion(1),
          version: StreamVersion(1 + writer % 3),
          position: events.at(-1)?.position
        }))
      }
    })
)

const sharedId = 7

/** Each writer appends its own events and one whose id all use, to a stream of its own. */
export const oneEventIdIsStoredOnce = Law.make(
  "of concurrent appends with an event id in common, one is stored, and the others are refused completely",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const outcomes = yield* Race.run(race, fresh, (writer) => {
        const own = Race.write(race, writer, streamOf(writer), ExpectedVersion.Any, 1)
        return { writes: [{ ...own, events: [...own.events, FreshNames.note([writer, "shared"], sharedId)] }] }
      })
      const winners = outcomes.flatMap((outcome, writer) => Result.isSuccess(outcome) ? [writer] : [])
      const stored = yield* Effect.forEach(outcomes, (_, writer) => Race.stored(fresh, streamOf(writer)))
      const refused = new DuplicateEventId({ id: fresh.eventId(FreshNames.eventId(sharedId)) })
      return {
        left: {
          winners: winners.length,
          losers: outcomes.flatMap((outcome) => Result.isFailure(outcome) ? [outcome.failure] : []),
          stored: stored.flat()
        },
        right: {
          winners: 1,
          losers: Arr.makeBy(race.writers, () => refused).slice(1),
          stored: winners.slice(0, 1).flatMap((writer) => [...Race.dataOf(race, writer), [writer, "shared"]])
        }
      }
    })
)

/** The first writer is interrupted, and then sends the same commit again. */
export const interruptionsStayAlone = Law.make(
  "an interrupted append is stored once or not at all, and concurrent ones are stored",
  (race: Race.Race) =>
    Effect.gen(function*() {
      const fresh = yield* FreshNames.make
      const commits = Arr.makeBy(race.writers, (writer) =>
        fresh.commit({ writes: [Race.write(race, writer, streamOf(writer), ExpectedVersion.Any)] }))
      const [first, ...others] = yield* Effect.forEach(commits, (commit) =>
        Effect.forkChild(Effect.result(RunPrograms.send(commit))))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(first)
      const neighbours = yield* Effect.forEach(others, Fiber.join)
      const again = yield* Effect.result(RunPrograms.send(commits[0]))
      const stored = yield* Effect.forEach(commits, (_, writer) =>
        Race.stored(fresh, streamOf(writer)))
      return {
        left: {
          neighbours: neighbours.filter(Result.isSuccess).length,
          again: Result.isSuccess(again) || again.failure._tag === "DuplicateEventId",
          stored
        },
        right: {
          neighbours: race.writers - 1,
          again: true,
          stored: commits.map((_, writer) =>
            Race.dataOf(race, writer)
          )
        }
      }
    })
)
