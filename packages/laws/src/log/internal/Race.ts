/** Concurrent writers on one store, and their events. */
import type { Json } from "@refold/core/event/Json"
import type { StreamName } from "@refold/core/event/StreamName"
import type { Appended, Commit, StreamWrite } from "@refold/core/journal/Commit"
import type * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { CommitFailure } from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import * as RunPrograms from "./RunPrograms.ts"

/** The number of writers, and the number of events that each writes to a stream in one commit. */
export interface Race {
  readonly writers: number
  readonly events: number
}

/** The write of one writer to a stream. `salt` makes its event ids differ from those of its other writes. */
export const write = (
  race: Race,
  writer: number,
  stream: StreamName,
  expected: ExpectedVersion.ExpectedVersion,
  salt = 0
): StreamWrite => ({
  stream,
  expected,
  events: Arr.makeBy(race.events, (index) => FreshNames.note([writer, index], (salt * 100 + writer) * 100 + index))
})

/** The data that a writer writes to a stream. */
export const dataOf = (race: Race, writer: number): ReadonlyArray<Json> =>
  Arr.makeBy(race.events, (index) => [writer, index])

/** Sends the commits of all writers concurrently. The outcomes are in the order of the writers. */
export const run = (race: Race, fresh: FreshNames.FreshNames, commitOf: (writer: number) => Commit) =>
  Effect.forEach(
    Arr.makeBy(race.writers, (writer) => fresh.commit(commitOf(writer))),
    (commit) => Effect.result(RunPrograms.send(commit)),
    { concurrency: "unbounded" }
  )

/** The data stored in a stream. */
export const stored = (fresh: FreshNames.FreshNames, stream: StreamName) =>
  Effect.map(RunPrograms.readStream(fresh.stream(stream)), Arr.map(({ data }) => data))

/** The writers in the order of their events in a stream, from the results of their commits. Fails if a commit failed. */
export const orderIn = (
  fresh: FreshNames.FreshNames,
  stream: StreamName,
  outcomes: ReadonlyArray<Result.Result<Appended, CommitFailure>>
): Effect.Effect<ReadonlyArray<number>, CommitFailure> =>
  Effect.map(Effect.forEach(outcomes, Effect.fromResult), (appended) => {
    const places = appended.map(({ streams }, writer) => ({
      writer,
      version: streams.find((place) => place.stream === fresh.stream(stream))?.firstVersion ?? NaN
    }))
    return places.toSorted((one, other) => one.version - other.version).map(({ writer }) => writer)
  })
