/** Refold on a PostgreSQL server, and in memory: as an application would use it, run from Promises. */
import * as PostgresStore from "@refold/postgres/PostgresStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import * as CommandHandler from "refold/CommandHandler"
import * as EventId from "refold/EventId"
import * as EventReader from "refold/EventReader"
import * as EventStore from "refold/EventStore"
import * as ExpectedVersion from "refold/ExpectedVersion"
import * as MemoryStore from "refold/MemoryStore"
import type { NewEvent } from "refold/NewEvent"
import * as State from "refold/State"
import * as StreamName from "refold/StreamName"
import * as Payloads from "../Payloads.ts"
import { category, Conflict, connections, eventType, type Payload, type Peer, type Session } from "../Peer.ts"
import { account, accountWithSnapshots } from "./RefoldAccount.ts"
import { projection, type Runtime } from "./RefoldProjection.ts"

/** The adapter for PostgreSQL, with its defaults. */
export const peer: Peer = {
  open: async (url) => {
    const runtime = ManagedRuntime.make(
      PostgresStore.layer({ url: Redacted.make(url), maxConnections: connections })
    )
    await runtime.context()
    const stored = Effect.flatMap(
      SqlClient.SqlClient,
      (sql) => sql<{ count: number }>`SELECT count(*)::int AS count FROM refold.event_store`
    )
    return {
      ...session(runtime),
      projection: projection(runtime),
      stored: async () => (await runtime.runPromise(stored))[0]?.count ?? 0
    }
  }
}

/** The adapter in memory. */
export const memory: Peer = {
  open: async () => {
    const runtime = ManagedRuntime.make(MemoryStore.layer)
    await runtime.context()
    return session(runtime)
  }
}

const session = (runtime: Runtime): Session => {
  const handle = CommandHandler.make(account)
  const handleCold = CommandHandler.make(account, { cache: 0 })
  return {
    append: (stream, mark, payloads) => runtime.runPromise(append(stream, mark, payloads)),
    load: async (stream) => (await runtime.runPromise(State.load(account, stream))).state,
    handle: async (stream, payload, cold = false) => {
      await runtime.runPromise((cold ? handleCold : handle)(stream, { _tag: "Deposit", ...payload }))
    },
    commit: (streams, payloads) => runtime.runPromise(commit(streams, payloads)),
    stored: () => runtime.runPromise(countAll),
    snapshot: snapshot(runtime),
    follow: (seen) => follow(runtime, seen),
    close: () => runtime.dispose()
  }
}

const name = (stream: string) => Result.getOrThrow(StreamName.make(category, stream))

const newEvent = (payload: Payload): NewEvent => ({
  id: Result.getOrThrow(EventId.parse(randomUUID())),
  type: eventType,
  schemaVersion: 1,
  data: { ...payload },
  metadata: {},
  occurredAt: DateTime.nowUnsafe()
})

const append = (stream: string, mark: number, payloads: ReadonlyArray<Payload>) =>
  Effect.flatMap(EventStore.EventStore, (store) => {
    const expected = mark === 0 ? ExpectedVersion.NoStream : ExpectedVersion.Exact(mark)
    return store.append(name(stream), eventsOf(payloads), { expected })
  }).pipe(
    Effect.mapError(conflict),
    Effect.as(mark + payloads.length)
  )

const commit = (streams: ReadonlyArray<string>, payloads: ReadonlyArray<Payload>) =>
  Effect.flatMap(EventStore.EventStore, (store) => {
    const [first, ...rest] = streams.map((stream, index) => ({
      stream: name(stream),
      expected: ExpectedVersion.NoStream,
      events: [newEvent(payloads[index]!)]
    }))
    return store.commit({ writes: [first!, ...rest] })
  }).pipe(
    Effect.mapError(conflict),
    Effect.asVoid
  )

const eventsOf = ([first, ...rest]: ReadonlyArray<Payload>): [NewEvent, ...Array<NewEvent>] => [
  newEvent(first!),
  ...rest.map(newEvent)
]

const conflict = (error: { readonly _tag: string; readonly message: string }) =>
  error._tag === "VersionConflict" ? new Conflict(error.message) : error

const countAll = Effect.flatMap(EventReader.EventReader, (reader) => Stream.runCount(reader.readAll()))

const snapshot = (runtime: Runtime): NonNullable<Session["snapshot"]> => {
  const handle = CommandHandler.make(accountWithSnapshots, { cache: 0 })
  return {
    prepare: async (stream, events, after) => {
      const before = events - 1
      for (let mark = 0; mark < before;) {
        mark = await runtime.runPromise(append(stream, mark, Payloads.many(Math.min(1_000, before - mark))))
      }
      // The handler stores a snapshot with every 100th event, so `events` is a multiple of that.
      await runtime.runPromise(handle(stream, { _tag: "Deposit", ...Payloads.next() }))
      await runtime.runPromise(append(stream, events, Payloads.many(after)))
    },
    load: async (stream) => (await runtime.runPromise(State.load(accountWithSnapshots, stream))).state
  }
}

const follow = async (runtime: Runtime, seen: (n: number) => void) => {
  const subscription = Effect.flatMap(
    EventReader.EventReader,
    (reader) =>
      Stream.runForEach(reader.subscribe(), ({ data }) => Effect.sync(() => seen((data as unknown as Payload).n)))
  )
  const fiber = runtime.runFork(subscription)
  return async () => {
    await Effect.runPromise(Fiber.interrupt(fiber))
  }
}
