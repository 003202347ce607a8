// Files that cannot be imported: each error names the line and the field, and nothing becomes visible.
import * as StreamName from "@refold/core/event/StreamName"
import * as MemoryStore from "@refold/memory/MemoryStore"
import { EventStore } from "@refold/store/log/EventStore"
import * as Store from "@refold/store/maintain/Store"
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "vitest"

type Store = Context.Context<MemoryStore.Services>

const run = <E>(body: Effect.Effect<void, E, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

const open: Effect.Effect<Store, never, Scope.Scope> = Layer.build(Layer.fresh(MemoryStore.layer))

const id = (n: number) => `00000000-0000-7000-8000-00000000000${n}`

const time = "2026-01-01T00:00:00.000Z"

const event = (n: number, fields: object = {}): object => ({
  kind: "event",
  stream: "thing-1",
  version: n,
  position: n,
  commit: n,
  id: id(n),
  type: "Happened",
  schemaVersion: 1,
  data: {},
  metadata: {},
  occurredAt: time,
  recordedAt: time,
  ...fields
})

const header = { kind: "header", format: "refold-store", version: 1, export: id(9), upTo: 9 }
const write = { stream: "thing-1", firstVersion: 1, version: 1 }
const key = { kind: "key", key: "k", isOfContent: true, neverExpires: false, commit: [write] }
const discard = {
  kind: "discard",
  projection: "p",
  stream: "thing-1",
  version: 1,
  reason: "no",
  discardedAt: time
}
const consumer = {
  kind: "consumer",
  consumer: "c",
  definition: "{\"kind\":\"consumer\",\"types\":[\"A\"],\"indexes\":[]}",
  after: { stream: "thing-1", version: 1 },
  parked: []
}
const parked = {
  stream: "thing-1",
  version: 1,
  type: "Happened",
  stage: "Handle",
  reason: "no",
  attempts: 1,
  parkedAt: time
}
const trailer = { kind: "trailer", events: 1, keys: 0, discards: 0, consumers: 0, sha256: "0".repeat(64) }

const importing = (store: Store, lines: ReadonlyArray<object | string>, options?: Store.ImportOptions) =>
  Store.importLines(
    Stream.fromIterable(lines.map((line) => typeof line === "string" ? line : JSON.stringify(line))),
    options
  ).pipe(Effect.provideContext(store))

const { "data": _, ...withoutData } = event(1) as Record<string, unknown>

describe("a file is refused", () => {
  it.each<[string, ReadonlyArray<object | string>, object]>([
    ["with a gap in a stream", [header, event(1), event(3)], { line: 3, field: "event.version" }],
    ["with a version twice", [header, event(1), event(2, { version: 1 })], { line: 3, field: "event.version" }],
    ["with an event id twice", [header, event(1), event(2, { id: id(1) })], { line: 3, field: "event.id" }],
    ["with positions in the wrong order", [header, event(2, { version: 1 }), event(1)], {
      line: 3,
      field: "event.position"
    }],
    ["with recorded times that decrease", [header, event(1), event(2, { recordedAt: "2025-01-01T00:00:00Z" })], {
      line: 3,
      field: "event.recordedAt"
    }],
    ["with text that is no JSON", [header, event(1), "{\"kind\":\"event\","], { line: 3, field: "the text" }],
    ["with an empty line", [header, event(1), ""], { line: 3, field: "the text" }],
    ["with a line of another kind", [header, { kind: "snapshot" }], { line: 2, field: "kind" }],
    ["with a second header", [header, event(1), header], { line: 3, field: "kind" }],
    ["with events after keys", [header, event(1), key, event(2)], { line: 4, field: "kind" }],
    ["with an invalid stream name", [header, event(1, { stream: "thing" })], { line: 2, field: "event.stream" }],
    ["with a version that is no number", [header, event(1, { version: "1" })], { line: 2, field: "event.version" }],
    ["with a commit that begins after the event", [header, event(1, { commit: 2 })], {
      line: 2,
      field: "event.commit"
    }],
    ["with a commit that the file does not have", [header, event(1), event(2, { position: 7, commit: 3 })], {
      line: 3,
      field: "event.commit"
    }],
    ["with a commit that begins inside another", [header, event(1), event(2, { commit: 1 }), event(3, { commit: 2 })], {
      line: 4,
      field: "event.commit"
    }],
    ["with a commit that is too far below", [header, event(1), event(2, { position: 2 ** 53 - 1, commit: 1 })], {
      line: 3,
      field: "event.commit"
    }],
    ["with an id that is no UUID", [header, event(1, { id: "1" })], { line: 2, field: "event.id" }],
    ["without data", [header, withoutData], { line: 2, field: "event.data" }],
    ["with an invalid time", [header, event(1, { recordedAt: "now" })], { line: 2, field: "event.recordedAt" }],
    ["with a time that depends on the zone", [header, event(1, { recordedAt: "2026-01-01T00:00:00" })], {
      line: 2,
      field: "event.recordedAt"
    }],
    ["with a time in another form", [header, event(1, { occurredAt: "Jan 5 2026" })], {
      line: 2,
      field: "event.occurredAt"
    }],
    ["with microseconds", [header, event(1, { recordedAt: "2026-01-01T00:00:00.000001Z" })], {
      line: 2,
      field: "event.recordedAt"
    }],
    ["with an event over the limits", [header, event(1, { data: "x".repeat(200) })], { line: 2, field: "event.data" }],
    ["with a key of an unknown event", [header, event(1), { ...key, commit: [{ ...write, version: 2 }] }], {
      line: 3,
      field: "key.commit[0]"
    }],
    ["with a key twice", [header, event(1), key, key], { line: 4, field: "key.key" }],
    ["with a key that names a stream twice", [header, event(1), { ...key, commit: [write, write] }], {
      line: 3,
      field: "key.commit[1].stream"
    }],
    ["with a key of no commit", [header, event(1), { ...key, commit: [] }], { line: 3, field: "key" }],
    ["with a key without a fingerprint", [header, event(1), { ...key, isOfContent: false }], {
      line: 3,
      field: "key.sha256"
    }],
    ["with a discard of an unknown event", [header, event(1), { ...discard, version: 2 }], {
      line: 3,
      field: "discard"
    }],
    ["with a reason that PostgreSQL cannot store", [header, event(1), { ...discard, reason: "a\u0000" }], {
      line: 3,
      field: "discard"
    }],
    ["with a discard twice", [header, event(1), discard, discard], { line: 4, field: "discard" }],
    ["with a consumer at an unknown event", [header, event(1), {
      ...consumer,
      after: { stream: "thing-1", version: 2 }
    }], { line: 3, field: "consumer.after" }],
    ["with a consumer twice", [header, event(1), consumer, consumer], { line: 4, field: "consumer.consumer" }],
    ["with a stream that is parked twice", [header, event(1), { ...consumer, parked: [parked, parked] }], {
      line: 3,
      field: "consumer.parked[1].stream"
    }],
    ...[{ reason: "\ud800" }, { type: "\u0000" }, { attempts: 2 ** 31 }].map((field) =>
      [`with a parked ${Object.keys(field).join()} that PostgreSQL cannot store`, [header, event(1), {
        ...consumer,
        parked: [{ ...parked, ...field }]
      }], { line: 3, field: "consumer" }] as [string, ReadonlyArray<object>, object]
    ),
    ["with the definition of a projection", [header, event(1), {
      ...consumer,
      definition: "{\"kind\":\"rows\",\"types\":[],\"indexes\":[]}"
    }], { line: 3, field: "consumer.definition" }],
    ["with fewer events than it had", [header, event(1), { ...trailer, events: 2 }], {
      line: 3,
      field: "trailer.events"
    }],
    ["with another hash", [header, event(1), trailer], { line: 3, field: "trailer.sha256" }],
    ["without a header", [event(1)], { line: 1, field: "header" }],
    ["of another format", [{ ...header, format: "dump" }], { line: 1, field: "header" }]
  ])("%s, and the same file is refused by a dry run", (_, lines, { ...expected }) =>
    run(Effect.gen(function*() {
      for (const dryRun of [false, true]) {
        const store = yield* Layer.build(Layer.fresh(MemoryStore.layerWith({ limits: { eventData: 100 } })))
        const refused = yield* Effect.flip(importing(store, lines, { dryRun }))
        expect(refused).toMatchObject({ _tag: "InvalidLine", ...expected })
        expect(refused.message).toMatch(/^line \d+: /)
        expect(yield* Context.get(store, EventStore).head).toBe(0)
      }
    }))())

  it(
    "of a newer format, cut, empty, and if the store is not empty",
    run(Effect.gen(function*() {
      const store = yield* open
      expect(yield* Effect.flip(importing(store, [{ ...header, version: 2 }])))
        .toMatchObject({ _tag: "NewerFormat", version: 2, latest: 1 })
      expect(yield* Effect.flip(importing(store, [header, event(1)]))).toMatchObject({
        _tag: "IncompleteFile",
        lines: 2
      })
      expect(yield* Effect.flip(importing(store, []))).toMatchObject({ _tag: "IncompleteFile", lines: 0 })
      const other = { ...header, export: id(8) }
      expect(yield* Effect.flip(importing(store, [other]))).toMatchObject({ _tag: "ImportMismatch" })
      yield* Effect.provideContext(Store.abandonImport, store)
      yield* append(store)
      for (const dryRun of [false, true]) {
        expect(yield* Effect.flip(importing(store, [header], { dryRun })))
          .toMatchObject({ _tag: "StoreNotEmpty", has: "events" })
      }
    }))
  )
})

const append = (store: Store, stream = "thing-1") =>
  Context.get(store, EventStore).append(Result.getOrThrow(StreamName.parse(stream)), [{
    id: Result.getOrThrow(Result.succeed(globalThis.crypto.randomUUID() as never)),
    type: "Happened",
    schemaVersion: 1,
    data: {},
    metadata: {},
    occurredAt: DateTime.makeUnsafe(0)
  }])

describe("an export that was cut", () => {
  it(
    "continues after its last whole event, whatever was written since",
    run(Effect.gen(function*() {
      const store = yield* open
      for (let n = 0; n < 3; n++) yield* append(store)
      const lines = yield* Effect.provideContext(Stream.runCollect(Store.exportLines), store)
      yield* append(store)
      for (
        const written of [lines.slice(0, 1), [...lines.slice(0, 2), lines[2]!.slice(0, 9)], lines.slice(0, 4), lines]
      ) {
        const { keep, rest } = yield* Effect.provideContext(Store.resumeExport(Stream.fromIterable(written)), store)
        const whole = [...written.slice(0, keep), ...yield* Effect.provideContext(Stream.runCollect(rest), store)]
        expect(whole).toEqual(lines)
      }
    }))
  )

  it(
    "is refused by another store, and if it is not an export",
    run(Effect.gen(function*() {
      const [store, other] = [yield* open, yield* open]
      yield* append(store)
      yield* append(other)
      const lines = yield* Effect.provideContext(Stream.runCollect(Store.exportLines), store)
      const resume = (written: ReadonlyArray<string>) =>
        Effect.flip(Effect.provideContext(Store.resumeExport(Stream.fromIterable(written)), other))
      expect(yield* resume(lines)).toMatchObject({ _tag: "InvalidLine", line: 2, field: "event.id" })
      expect(yield* resume(["x"])).toMatchObject({ _tag: "InvalidLine", line: 1, field: "the text" })
      expect(yield* resume([])).toMatchObject({ _tag: "InvalidLine", line: 1, field: "header" })
    }))
  )
})

it(
  "progress is reported after each batch",
  run(Effect.gen(function*() {
    const store = yield* open
    for (let n = 0; n < 1500; n++) yield* append(store, `thing-${n % 7}`)
    const lines = yield* Effect.provideContext(Stream.runCollect(Store.exportLines), store)
    const progress: Array<number> = []
    yield* importing(yield* open, lines, { onProgress: ({ lines }) => Effect.sync(() => void progress.push(lines)) })
    expect(progress).toEqual([1001, 1501])
  }))
)
