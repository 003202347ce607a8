/*
 * Stores for tests of export and import: one with every kind of exported data, and lines without the parts that differ between
 * stores.
 */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as ProcessKey from "@refold/core/internal/journal/ProcessKey"
import * as Consumer from "@refold/store/consume/Consumer"
import * as ProcessKeys from "@refold/store/internal/log/ProcessKeys"
import type { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import type { Maintenance } from "@refold/store/maintain/Maintenance"
import * as Store from "@refold/store/maintain/Store"
import * as Parked from "@refold/store/project/Parked"
import type { ReadModelStore } from "@refold/store/project/ReadModelStore"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Stores from "./Stores.ts"

export type Services = EventStore | EventReader | Maintenance | ReadModelStore

const Happened = EventType.make("Happened", Schema.Struct({ n: Schema.Number }))

/** A consumer that fails on the even numbers above 0, and records the numbers. */
export const consumer = (delivered: Array<number> = []) =>
  Consumer.makeUnsafe({
    name: "letters",
    events: EventCodec.makeUnsafe([Happened]),
    startAt: "start",
    handle: ({ n }) =>
      Effect.suspend(() => {
        if (n > 0 && n % 2 === 0) return Effect.fail("even")
        delivered.push(n)
        return Effect.void
      })
  })

const happened = (n: number, causationId?: string) =>
  Stores.event({ data: { n }, metadata: causationId === undefined ? {} : { causationId } })

const any = { _tag: "Any" } as const

/** Fills a store: commits of one and of several streams, keys of clients and of a process, a parked stream and a discard. */
export const fill = Effect.gen(function*() {
  const { commit } = yield* EventStore
  const [one, two, three] = ["thing-1", "thing-2", "thing-3"].map(Stores.streamName)
  yield* commit({
    writes: [
      { stream: two!, expected: any, events: [happened(-1), happened(-2)] },
      { stream: one!, expected: any, events: [happened(1)] }
    ],
    idempotency: { key: "of content", neverExpires: true }
  })
  yield* commit({
    writes: [{ stream: one!, expected: any, events: [happened(3), happened(4)] }],
    idempotency: { key: "given", fingerprint: "f" }
  })
  const process = ProcessKey.of("7")
  yield* Effect.provideService(
    commit({
      writes: [{ stream: three!, expected: any, events: [happened(6, "7")] }],
      idempotency: { key: process, fingerprint: "g" }
    }),
    ProcessKeys.Dispatching,
    process
  )
  yield* Consumer.catchUp(consumer(), { attempts: 1 })
  yield* Parked.discard(Consumer.target(consumer()), three!, "an even number")
})

/** The lines of a store. */
export const linesOf = (store: Context.Context<Services>) =>
  Effect.provideContext(Stream.runCollect(Store.exportLines), store)

/** Imports lines into a store. */
export const importInto = (
  store: Context.Context<Services>,
  lines: ReadonlyArray<string>,
  options?: Store.ImportOptions
) => Effect.provideContext(Store.importLines(Stream.fromIterable(lines), options), store)

/** Lines without ids of exports, hashes of files and of contents, and with ranks in place of positions. */
export const comparable = (lines: ReadonlyArray<string>): ReadonlyArray<object> =>
  lines.map((line, index) => {
    const { commit, export: _, position, sha256, upTo: _u, ...fields } = JSON.parse(line)
    return {
      ...fields,
      ...position === undefined ? { commit } : { rank: index, offset: position - commit },
      ...fields.isOfContent === false ? { sha256 } : {}
    }
  })
