/** Writers that are let loose on a store at the same time, and what they wrote. */
import type { Json } from "@refold/core/event/Json"
import type { StreamName } from "@refold/core/event/StreamName"
import type { Appended, Commit, StreamWrite } from "@refold/core/journal/Commit"
import type * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import type { CommitFailure } from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Result from "effect/Result"
import * as Fresh from "../../kit/internal/Fresh.ts"
import * as Play from "./Play.ts"

/** How many writers there are, and how many events each of them writes to a stream at once. */
export interface Race {
  readonly writers: number
  readonly events: number
}

/** What a writer writes to a stream; `salt` tells its event ids from those of other writes. */
export const write = (
  race: Race,
  writer: number,
  stream: StreamName,
  expected: ExpectedVersion.ExpectedVersion,
  salt = 0
): StreamWrite => ({
  stream,
  expected,
  events: Arr.makeBy(race.events, (index) => Fresh.note([writer, index], (salt * 100 + writer) * 100 + index))
})

/** The data that a writer writes to a stream. */
export const dataOf = (race: Race, writer: number): ReadonlyArray<Json> =>
  Arr.makeBy(race.events, (index) => [writer, index])

/** Sends the commit of each writer, all at the same time. The outcomes are in the order of the writers. */
export const run = (race: Race, fresh: Fresh.Fresh, commitOf: (writer: number) => Commit) =>
  Effect.forEach(
    Arr.makeBy(race.writers, (writer) => fresh.commit(commitOf(writer))),
    (commit) => Effect.result(Play.send(commit)),
    { concurrency: "unbounded" }
  )

/** The data in a stream. */
export const stored = (fresh: Fresh.Fresh, stream: StreamName) =>
  Effect.map(Play.readStream(fresh.stream(stream)), Arr.map(({ data }) => data))

/** The writers in the order in which a stream took their events, by their results. Fails where one of them failed. */
export const orderIn = (
  fresh: Fresh.Fresh,
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
