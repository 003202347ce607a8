// Values are read back equal: texts that look like SQL, numbers at the limits of JSON, times of all years. Values that
// PostgreSQL cannot hold are refused before they are sent.
import type { EventId } from "@refold/core/event/EventId"
import type { Json } from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const texts: Record<string, string> = {
  quotes: `'"\`''""; drop schema refold cascade; --`,
  backslashes: String.raw`\ \\ \n \u0041 \' E'\''`,
  "templates and parameters": "${name} $1 $2::text %s ? :name",
  "the syntax of arrays": `{},{"a",NULL,"b"}`,
  "NULL alone": "NULL",
  "line ends and control characters": "\r\n\t\u0001\u001f\u007f\u0085\u2028",
  "spaces at both ends": "  a  ",
  "emoji and other four-byte characters": "😀👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿 𝔘𝔫𝔦 \u{10ffff}",
  "right to left": "שלום \u202eאבג\u202c العربية",
  "characters that look the same": "é e\u0301 ﬀ Å Å",
  noncharacters: "\uffff\ufffe\ufeff"
}

describe("texts are read back equal from every place", () => {
  for (const [title, text] of Object.entries(texts)) {
    test(
      `with ${title}`,
      run(Effect.gen(function*() {
        const { snapshots, store } = yield* Stores.Database
        // Names have no control characters and line breaks; see `Json.nameProblem`.
        const name = text.replace(/[\p{Cc}\u2028\u2029]/gu, "\u00a0")
        const stream = Stores.streamName(`thing-${name}-${randomUUID()}`)
        const key = `${randomUUID()} ${name}`
        const event = Stores.event({
          type: name,
          data: { [text]: text, list: [text] },
          metadata: { correlationId: text, causationId: text, actor: text, [text]: text }
        })
        const appended = yield* store.append(stream, [event], { idempotency: { key, fingerprint: text } })
        expect(appended.streams[0].stream).toBe(stream)
        const [read] = yield* Stores.readStream(store, stream)
        expect(read).toEqual({
          ...event,
          stream,
          version: 1,
          position: appended.position,
          commit: appended.position,
          recordedAt: appended.streams[0].recordedAt
        })
        const after = Position(appended.position - 1)
        expect(yield* Stream.runCollect(store.readAll({ after, types: [name] }))).toEqual([read])
        expect(yield* store.findAppended({ key, fingerprint: text })).toMatchObject({ _tag: "Some" })
        expect(yield* Effect.flip(store.findAppended({ key, fingerprint: `${text}.` }))).toMatchObject({
          _tag: "IdempotencyConflict",
          key
        })
        const snapshot = { stream, view: name, fingerprint: name }
        const { position, recordedAt, version } = appended.streams[0]
        yield* snapshots.save(snapshot, {
          lastEventId: read!.id,
          position,
          recordedAt,
          version,
          state: { [text]: text }
        })
        expect(yield* snapshots.find(snapshot)).toMatchObject({
          value: { position, recordedAt, version, state: { [text]: text } }
        })
      }))
    )
  }

  test(
    "categories",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const category = randomUUID().replaceAll("-", "") + `'";\\ $1 {},NULL 😀`
      const event = Stores.event()
      yield* store.append(Stores.streamName(`${category}-1-2`), [event])
      expect(yield* Stores.readIds(store, { categories: ["other", category] })).toEqual([event.id])
    }))
  )

  test(
    "names of the maximum length, also with surrogate pairs and multi-byte characters",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      for (const letter of ["x", "€", "😀"]) {
        const long = (start: string) => start + letter.repeat(Math.floor((255 - start.length) / letter.length))
        const stream = Stores.streamName(long(`t-${randomUUID().slice(0, 4)}`).padEnd(255, "."))
        const [type, key] = [long("type.").padEnd(255, "."), long(randomUUID()).padEnd(255, ".")]
        expect([stream, type, key].map(({ length }) => length)).toEqual([255, 255, 255])
        yield* store.append(stream, [Stores.event({ type })], { idempotency: { key } })
        expect(yield* Stores.readStream(store, stream)).toMatchObject([{ stream, type }])
      }
    }))
  )

  test(
    "streams whose names differ only in case, in the encoding of accents or in a trailing space are different",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const id = randomUUID()
      const names = [`thing-${id}é`, `thing-${id}e\u0301`, `thing-${id}É`, `thing-${id}`, `thing-${id} `, `Thing-${id}`]
      for (const name of names) {
        yield* store.append(Stores.streamName(name), [Stores.event()], { expected: ExpectedVersion.NoStream })
      }
      for (const name of names) expect(yield* Stores.readStream(store, Stores.streamName(name))).toHaveLength(1)
    }))
  )
})

describe("texts that PostgreSQL cannot hold", () => {
  for (const [name, text] of [["\\u0000", "a\u0000b"], ["a lone surrogate", "a\ud800b"]] as const) {
    test(
      `(${name}) are refused in every part of a commit`,
      run(Effect.gen(function*() {
        const { store } = yield* Stores.Database
        const stream = Stores.freshStream()
        const append = (fields: Parameters<typeof Stores.event>[0], key?: string, fingerprint?: string) =>
          store.append(stream, [Stores.event(fields)], key === undefined ? {} : { idempotency: { key, fingerprint } })
        const appends = [
          append({ type: text }),
          append({ data: text }),
          append({ data: { deep: [{ [text]: 1 }] } }),
          append({ metadata: { actor: text } }),
          append({ id: text as EventId }),
          append({}, text),
          append({}, "key", text),
          store.append(text as typeof stream, [Stores.event()])
        ]
        const errors = yield* Effect.forEach(appends, Effect.flip)
        expect(errors.map(({ _tag }) => _tag)).toEqual(errors.map(() => "InvalidInput"))
      }))
    )

    test(
      `(${name}) are refused, or find nothing, in queries`,
      run(Effect.gen(function*() {
        const { snapshots, store } = yield* Stores.Database
        const stream = Stores.freshStream()
        yield* store.append(stream, [Stores.event()])
        for (const filter of [{ types: [text] }, { categories: [text] }]) {
          expect(yield* Effect.flip(Stores.readIds(store, filter))).toMatchObject({ _tag: "InvalidInput" })
        }
        // InvalidInput is allowed where the port has that error.
        const outcome = <A extends Option.Option<unknown>>(find: Effect.Effect<A, { readonly _tag: string }>) =>
          Effect.match(find, { onFailure: ({ _tag }) => _tag, onSuccess: ({ _tag }) => _tag })
        const found = [
          yield* outcome(store.findAppended({ key: text, fingerprint: "f" })),
          yield* outcome(store.findAppended({ key: "unknown", fingerprint: text })),
          yield* outcome(snapshots.find({ stream, view: text, fingerprint: "f" })),
          yield* outcome(snapshots.find({ stream, view: "v", fingerprint: text }))
        ]
        expect(found.map((tag) => tag === "InvalidInput" ? "None" : tag)).toEqual(found.map(() => "None"))
      }))
    )

    test(
      `(${name}) are refused in a snapshot`,
      run(Effect.gen(function*() {
        const { snapshots, store } = yield* Stores.Database
        const stream = Stores.freshStream()
        const event = Stores.event()
        const { streams: [{ position, recordedAt, version }] } = yield* store.append(stream, [event])
        const lastEventId = event.id
        const key = { stream, view: "v", fingerprint: "f" }
        const saves = [
          snapshots.save(key, { lastEventId, position, recordedAt, version, state: { text } }),
          snapshots.save({ ...key, view: text }, { lastEventId, position, recordedAt, version, state: 1 })
        ]
        const tags = yield* Effect.forEach(
          saves,
          (save) => Effect.match(save, { onFailure: ({ _tag }) => _tag, onSuccess: () => "saved" })
        )
        expect(tags).toEqual(["InvalidInput", "InvalidInput"])
      }))
    )
  }
})

describe("JSON is read back equal:", () => {
  const roundTrip = (data: Json) =>
    Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const stream = Stores.freshStream()
      yield* store.append(stream, [Stores.event({ data, metadata: { data } })], { idempotency: { key: stream } })
      const [event] = yield* Stores.readStream(store, stream)
      expect(event!.metadata).toEqual({ data: event!.data })
      return event!.data
    })

  test(
    "numbers at the limits",
    run(Effect.gen(function*() {
      const numbers = [
        1e308,
        Number.MAX_VALUE,
        5e-324,
        -5e-324,
        2 ** 53 - 1,
        2 ** 53,
        2 ** 53 + 2,
        -(2 ** 53),
        0.1,
        1 / 3
      ]
      const more = [1e21, 1e-7, 123456789.12345679, 2 ** 31, 2 ** 63, 1e100, 0.1 + 0.2, Number.EPSILON]
      expect(yield* roundTrip([...numbers, ...more])).toEqual([...numbers, ...more])
      expect(Object.is((yield* roundTrip([-0])) as never, -0)).toBe(false)
      expect(yield* roundTrip([-0])).toEqual([0])
    }))
  )

  test(
    "values of every kind at the top level, and empty ones",
    run(Effect.gen(function*() {
      const values: ReadonlyArray<Json> = [null, true, 0, "", [], {}, [[]], { "": {} }, [null], "null", "1", "{}"]
      expect(yield* Effect.forEach(values, (value) => roundTrip(value))).toEqual(values)
    }))
  )

  test(
    "keys with a meaning in JavaScript",
    run(Effect.gen(function*() {
      const data = JSON.parse(
        `{"__proto__":{"a":1},"constructor":1,"toString":null,"hasOwnProperty":[],"2":1,"1":2}`
      ) as Json
      const read = yield* roundTrip(data)
      expect(new Map(Object.entries(read as object))).toEqual(new Map(Object.entries(data as object)))
      expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
    }))
  )

  test(
    "nesting at the limit",
    run(Effect.gen(function*() {
      const nested = (depth: number, wrap: (inner: Json) => Json): Json => {
        let value: Json = 1
        for (let n = 0; n < depth; n++) value = wrap(value)
        return value
      }
      for (const wrap of [(inner: Json): Json => [inner], (inner: Json): Json => ({ inner })]) {
        // One level less, because the value is also a field of the metadata.
        const deepest = nested(511, wrap)
        expect(JSON.stringify(yield* roundTrip(deepest))).toBe(JSON.stringify(deepest))
        expect(yield* Effect.flip(roundTrip(nested(513, wrap)))).toMatchObject({ _tag: "InvalidInput" })
      }
    }))
  )

  test(
    "a text of 5 MB and a list of 100,000",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const data = { text: "é".repeat(2_500_000), list: Array.from({ length: 100_000 }, (_, n) => n) }
      yield* store.append(stream, [Stores.event({ data })], { idempotency: { key: stream } })
      expect((yield* Stores.readStream(store, stream)).map((event) => event.data)).toEqual([data])
    }))
  )
})

describe("times", () => {
  const times = [
    "0001-01-01T00:00:00.000Z",
    "1582-10-10T12:00:00.001Z",
    "1969-12-31T23:59:59.999Z",
    "2024-02-29T00:00:00.001Z",
    "2038-01-19T03:14:08.123Z",
    "9999-12-31T23:59:59.999Z"
  ].map((text) => DateTime.makeUnsafe(text))

  test(
    "of occurrence are read back and filtered with millisecond precision, from year 1 to year 9999",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const stream = Stores.freshStream()
      for (const occurredAt of times) yield* store.append(stream, [Stores.event({ occurredAt })])
      const events = yield* Stores.readStream(store, stream)
      expect(events.map(({ occurredAt }) => occurredAt)).toEqual(times)
      for (const [n, from] of times.entries()) {
        // There is no instant after the last one.
        const to = n === times.length - 1 ? undefined : DateTime.add(from, { milliseconds: 1 })
        const found = yield* Stream.runCollect(store.readStream(stream, { occurredAt: { from, to } }))
        expect(found).toEqual([events[n]])
      }
    }))
  )

  test(
    "outside the years 1 to 9999 are refused in a filter",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const far = [DateTime.makeUnsafe(-8.64e15), DateTime.makeUnsafe(8.64e15)]
      const options = far.flatMap((instant) => [
        { occurredAt: { from: instant } },
        { recordedAt: { to: instant } },
        { asOf: { _tag: "RecordedAt", instant } as const },
        { asOf: { _tag: "OccurredAt", instant } as const }
      ])
      const refusals = yield* Effect.forEach(options, (options) => Effect.flip(Stores.readIds(store, options)))
      expect(refusals.map(({ _tag }) => _tag)).toEqual(refusals.map(() => "InvalidInput"))
    }))
  )

  test(
    "of recording are whole milliseconds by the database's clock, in the result and as stored",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const before = Date.now()
      const { streams: [{ recordedAt }] } = yield* store.append(stream, [Stores.event()])
      const [row] = yield* sql<{ whole: boolean }>`select recorded_at = date_trunc('milliseconds', recorded_at) as whole
        from refold.event_store where stream = ${stream}`
      expect(row).toEqual({ whole: true })
      expect((yield* Stores.readStream(store, stream))[0]!.recordedAt).toEqual(recordedAt)
      // The server is on this machine, or on one whose clock is approximately correct.
      expect(Math.abs(DateTime.toEpochMillis(recordedAt) - before)).toBeLessThan(60_000)
    }))
  )

  test(
    "of recording are one reading of the clock for each commit, in a transaction, alone and in a batch",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      const toStreams = (count: number) =>
        store.commit({
          writes: Arr.makeBy(count, () => ({
            stream: Stores.streamName(Stores.freshStream()),
            expected: ExpectedVersion.Any,
            events: [Stores.event()]
          }))
        })
      // The clock ticks many times while so many streams are read.
      const inTransaction = yield* sql.withTransaction(toStreams(500))
      const alone = yield* toStreams(500)
      // Two commits of this size share a batch, and the clock ticks in some batches.
      const together = yield* Effect.all(Arr.makeBy(100, () => toStreams(60)), { concurrency: "unbounded" })
      for (const { streams } of [inTransaction, alone, ...together]) {
        expect(new Set(streams.map(({ recordedAt }) => DateTime.toEpochMillis(recordedAt))).size).toBe(1)
      }
    }))
  )

  test(
    "of recording never decrease within a stream, even if the previous event is from the future",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      const [stream, other] = [Stores.freshStream(), Stores.freshStream()]
      const future = DateTime.makeUnsafe("2999-01-01T00:00:00.123Z")
      yield* sql`insert into refold.event_store
        (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
        values (${stream}, 1, gen_random_uuid(), 'Happened', 1, '{}', '{}', now(), '2999-01-01T00:00:00.123Z')`
      const write = (stream: string) => ({
        stream: Stores.streamName(stream),
        expected: ExpectedVersion.Any,
        events: [Stores.event(), Stores.event()] as const
      })
      const { streams: [first, second] } = yield* store.commit({ writes: [write(stream), write(other)] })
      expect(first).toMatchObject({ firstVersion: 2, version: 3, recordedAt: future })
      expect(DateTime.toEpochMillis(second!.recordedAt)).toBeLessThan(DateTime.toEpochMillis(future))
      const events = yield* Stores.readStream(store, stream)
      expect(events.map(({ recordedAt }) => recordedAt)).toEqual([future, future, future])
    }))
  )
})

test(
  "expected versions up to the greatest safe integer are compared without overflow",
  run(Effect.gen(function*() {
    const { store } = yield* Stores.Database
    const stream = Stores.freshStream()
    yield* store.append(stream, [Stores.event()])
    for (const version of [2, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]) {
      const expected = ExpectedVersion.Exact(version)
      const other = { stream: Stores.freshStream(), expected: ExpectedVersion.Any, events: [Stores.event()] as const }
      const error = yield* Effect.flip(
        store.commit({ writes: [other, { stream, expected, events: [Stores.event()] }] })
      )
      expect(error).toMatchObject({ _tag: "VersionConflict", stream, actual: { value: StreamVersion(1) } })
      expect(yield* Stream.runCollect(store.readStream(stream, { after: StreamVersion(version) }))).toEqual([])
      expect(yield* Stores.readIds(store, { after: Position(Number.MAX_SAFE_INTEGER), limit: version })).toEqual([])
    }
  }))
)
