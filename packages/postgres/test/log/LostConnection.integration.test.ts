// An append whose connection is lost is stored once or not at all, and the caller gets that outcome; a read is repeated.
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as Proxy from "../support/Proxy.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

/** A store behind a proxy, and the same without. The proxy finds the append of `event` by `text`. */
const setUp = Effect.gen(function*() {
  const direct = yield* Stores.Database
  const proxy = yield* Proxy.start(direct.url)
  const { sql, store } = yield* Stores.open(proxy.url, { migrate: false })
  const text = randomUUID()
  const stream = Stores.freshStream()
  return {
    proxy,
    sql,
    store,
    direct,
    stream,
    text,
    event: Stores.event({ data: { text } }),
    stored: Effect.map(Stores.readStream(direct.store, stream), (events) => events.map(({ id }) => id))
  }
})

const write = (stream: string, ...[first, ...rest]: readonly [NewEvent, ...Array<NewEvent>]) => ({
  stream: Stores.streamName(stream),
  expected: ExpectedVersion.NoStream,
  events: [first, ...rest] as const
})

const appends = [
  ["at any version", () => ({})],
  ["to a new stream", () => ({ expected: ExpectedVersion.NoStream })],
  ["with a key", () => ({ idempotency: { key: randomUUID() } })]
] as const

for (const [name, options] of appends) {
  describe(`an append ${name}`, () => {
    test(
      "whose answer is lost succeeds with the place of its events",
      run(Effect.gen(function*() {
        const { direct, event, proxy, store, stored, stream, text } = yield* setUp
        const lost = proxy.loseAnswer(text)
        const appended = yield* store.append(stream, [event], options())
        yield* Effect.promise(() => lost)
        expect(yield* stored).toEqual([event.id])
        const { position, recordedAt } = (yield* Stores.readStream(direct.store, stream))[0]!
        expect(appended).toEqual({
          streams: [{ stream, firstVersion: 1, version: 1, position, recordedAt }],
          position,
          deduplicated: false
        })
      }))
    )

    test(
      "that is lost before it arrives is sent again and stored once",
      run(Effect.gen(function*() {
        const { event, proxy, store, stored, stream, text } = yield* setUp
        const lost = Promise.all([proxy.loseRequest(text), proxy.loseRequest(text)])
        const appended = yield* store.append(stream, [event], options())
        yield* Effect.promise(() => lost)
        expect(appended).toMatchObject({ streams: [{ firstVersion: 1, version: 1 }] })
        expect(yield* stored).toEqual([event.id])
      }))
    )

    test(
      "that is still running when its connection is lost is awaited",
      run(Effect.gen(function*() {
        const { direct, event, proxy, store, stored, stream, text } = yield* setUp
        const blocker = yield* Stores.connect(direct.url)
        yield* blocker`begin`
        // The lock of the table: a lock of the stream would make the append busy, and here its INSERT must wait.
        yield* blocker`lock table refold.event_store in share mode`
        const lost = proxy.leaveRunning(text)
        const appending = yield* Effect.forkChild(store.append(stream, [event], options()))
        yield* Effect.promise(() => lost)
        // The append, and the look-up that waits for it.
        yield* Stores.untilWaitingFor(direct.sql, yield* Stores.backend(blocker), 2)
        yield* blocker`commit`
        expect(yield* Fiber.join(appending)).toMatchObject({ streams: [{ firstVersion: 1, version: 1 }] })
        expect(yield* stored).toEqual([event.id])
      }))
    )

    test(
      "whose backend is killed while it runs is sent again and stored once",
      run(Effect.gen(function*() {
        const { direct, event, store, stored, stream } = yield* setUp
        const blocker = yield* Stores.connect(direct.url)
        yield* blocker`begin`
        yield* blocker`lock table refold.event_store in share mode`
        const appending = yield* Effect.forkChild(store.append(stream, [event], options()))
        const [pid] = yield* Stores.untilWaitingFor(direct.sql, yield* Stores.backend(blocker), 1)
        yield* direct.sql`select pg_terminate_backend(${pid}, 60000)`
        yield* blocker`commit`
        expect(yield* Fiber.join(appending)).toMatchObject({ streams: [{ firstVersion: 1, version: 1 }] })
        expect(yield* stored).toEqual([event.id])
      }))
    )

    test(
      "that arrives late, after it was looked up and before it is sent again, is stored once and succeeds",
      run(Effect.gen(function*() {
        const { event, proxy, store, stored, stream, text } = yield* setUp
        const delayed = proxy.delayRequest(text)
        const held = proxy.holdRequest(text)
        const appending = yield* Effect.forkChild(store.append(stream, [event], options()))
        const deliver = yield* Effect.promise(() => delayed)
        const pass = yield* Effect.promise(() => held)
        yield* Effect.promise(deliver)
        pass()
        expect(yield* Fiber.join(appending)).toMatchObject({ streams: [{ firstVersion: 1, version: 1 }] })
        expect(yield* stored).toEqual([event.id])
      }))
    )

    test(
      "that arrives late, after it was sent again, is stored once",
      run(Effect.gen(function*() {
        const { event, proxy, store, stored, stream, text } = yield* setUp
        const delayed = proxy.delayRequest(text)
        const appended = yield* store.append(stream, [event], options())
        const deliver = yield* Effect.promise(() => delayed)
        yield* Effect.promise(deliver)
        expect(appended).toMatchObject({ streams: [{ firstVersion: 1, version: 1 }] })
        expect(yield* stored).toEqual([event.id])
      }))
    )
  })
}

describe("a lost answer", () => {
  test(
    "to a commit of several events to several streams is looked up, in the order of its writes",
    run(Effect.gen(function*() {
      const { event, proxy, store, stored, stream, text } = yield* setUp
      const lost = proxy.loseAnswer(text)
      // The other stream sorts before this one.
      const other = Stores.freshStream("a")
      const appended = yield* store.commit({
        writes: [write(stream, Stores.event(), Stores.event(), event), write(other, Stores.event(), Stores.event())]
      })
      yield* Effect.promise(() => lost)
      expect(appended.streams).toMatchObject([{ stream, firstVersion: 1, version: 3 }, { stream: other, version: 2 }])
      expect(appended.position).toBe(appended.streams[1]!.position)
      expect(yield* stored).toHaveLength(3)
    }))
  )

  test(
    "of a version conflict becomes that conflict",
    run(Effect.gen(function*() {
      const { direct, event, proxy, store, stream, text } = yield* setUp
      yield* direct.store.append(stream, [Stores.event()])
      const lost = proxy.loseAnswer(text)
      const error = yield* Effect.flip(store.append(stream, [event], { expected: ExpectedVersion.NoStream }))
      yield* Effect.promise(() => lost)
      expect(error).toMatchObject({ _tag: "VersionConflict", stream, actual: { value: 1 } })
    }))
  )

  test(
    "of a duplicate event id becomes that error, even if the rest of the commit is new",
    run(Effect.gen(function*() {
      const { direct, event, proxy, store, stored, stream, text } = yield* setUp
      const known = Stores.event()
      yield* direct.store.append(stream, [known])
      const lost = proxy.loseAnswer(text)
      const error = yield* Effect.flip(store.append(stream, [known, event]))
      yield* Effect.promise(() => lost)
      expect(error).toMatchObject({ _tag: "DuplicateEventId", id: known.id })
      expect(yield* stored).toEqual([known.id])
    }))
  )

  test(
    "to a repeated commit becomes its first answer",
    run(Effect.gen(function*() {
      const { direct, event, proxy, store, stored, stream, text } = yield* setUp
      const idempotency = { key: randomUUID(), fingerprint: "same" }
      const first = yield* direct.store.append(stream, [Stores.event()], { idempotency })
      const lost = proxy.loseAnswer(text)
      const again = yield* store.append(stream, [event], { idempotency })
      yield* Effect.promise(() => lost)
      expect(again).toEqual({ ...first, deduplicated: true })
      expect(yield* stored).toHaveLength(1)
    }))
  )

  test(
    "in the caller's transaction is an error, and nothing is resent or stored",
    run(Effect.gen(function*() {
      const { event, proxy, sql, store, stored, stream, text } = yield* setUp
      const lost = proxy.loseAnswer(text)
      const transaction = sql.withTransaction(Effect.exit(store.append(stream, [event])))
      // The effect continues, and the transaction cannot commit.
      expect(yield* Effect.flip(transaction)).toMatchObject({ _tag: "SqlError" })
      yield* Effect.promise(() => lost)
      expect(yield* stored).toEqual([])
    }))
  )

  test(
    "to a read makes the read repeat",
    run(Effect.gen(function*() {
      const { direct, event, proxy, stream } = yield* setUp
      // The SQL of each statement is in its request.
      const { snapshots, store } = yield* Stores.open(proxy.url, { migrate: false, pooler: true })
      const { position } = yield* direct.store.append(stream, [event])
      const requests = ["read_head", `"position" > $2`, "FROM refold.event_snapshots", "stored_answer", stream]
      const lost = Promise.all(requests.map((text) => proxy.loseAnswer(text.replace("refold.", `"refold".`))))
      expect(yield* Stores.readIds(store)).toContain(event.id)
      expect(yield* store.head).toBe(position)
      expect(yield* snapshots.find({ stream: Stores.freshStream(), view: "v", fingerprint: "f" })).toMatchObject({})
      expect(yield* store.findAppended({ key: "unknown", fingerprint: "f" })).toMatchObject({ _tag: "None" })
      expect(yield* Stores.readStream(store, stream)).toHaveLength(1)
      yield* Effect.promise(() => lost)
    }))
  )
})

describe("a commit with guards whose answer is lost", () => {
  test(
    "succeeds with the places of its own events",
    run(Effect.gen(function*() {
      const { event, proxy, store, stored, stream, text } = yield* setUp
      const lost = proxy.loseAnswer(text)
      const guard = { stream: Stores.freshStream(), expected: ExpectedVersion.NoStream, events: [] }
      const appended = yield* store.commit({ writes: [guard, write(stream, event)] })
      yield* Effect.promise(() => lost)
      expect(appended.streams).toMatchObject([{ stream, firstVersion: 1, version: 1 }])
      expect(yield* stored).toEqual([event.id])
    }))
  )
})

const { Exact, NoStream, StreamExists } = ExpectedVersion

/** The first copy of a commit is delayed, and the second one is refused. */
const refusedOnce = Effect.fnUntraced(function*(
  { event, proxy, store, stream, text }: Effect.Success<typeof setUp>,
  { expected, guarded }: { readonly expected: ExpectedVersion.ExpectedVersion; readonly guarded: boolean }
) {
  const own = Stores.freshStream()
  const delayed = proxy.delayRequest(text)
  const commit = guarded
    ? { writes: [{ stream, expected, events: [] }, write(own, event)] as const }
    : { writes: [{ stream, expected, events: [event] }] as const }
  const error = yield* Effect.flip(store.commit(commit))
  return { error, deliver: yield* Effect.promise(() => delayed), written: guarded ? own : stream }
})

describe("a commit that is refused while its first copy is delayed", () => {
  for (const guarded of [false, true]) {
    for (const [expected, version] of [[StreamExists, 0], [Exact(1), 0], [Exact(3), 2]] as const) {
      const where = `${ExpectedVersion.format(expected)} at version ${version}${guarded ? ", by a guard" : ""}`
      test(
        `has an unknown outcome if the stream may still become as expected: ${where}`,
        run(Effect.gen(function*() {
          const all = yield* setUp
          const { direct, event, stream } = all
          const append = direct.store.append(stream, [Stores.event()])
          for (let n = 0; n < version; n++) yield* direct.store.append(stream, [Stores.event()])
          const { deliver, error, written } = yield* refusedOnce(all, { expected, guarded })
          expect(error).toMatchObject({
            _tag: "OutcomeUnknown",
            eventIds: [event.id],
            cause: { _tag: "VersionConflict" }
          })
          // The stream becomes as expected, and the first copy arrives.
          yield* append
          yield* Effect.promise(deliver)
          expect((yield* Stores.readStream(direct.store, written)).map(({ id }) => id)).toContain(event.id)
        }))
      )
    }

    for (const [expected, version] of [[NoStream, 1], [Exact(0), 2], [Exact(1), 2]] as const) {
      const where = `${ExpectedVersion.format(expected)} at version ${version}${guarded ? ", by a guard" : ""}`
      test(
        `is refused permanently if the stream is past the expected version: ${where}`,
        run(Effect.gen(function*() {
          const all = yield* setUp
          const { direct, event, stream } = all
          for (let n = 0; n < version; n++) yield* direct.store.append(stream, [Stores.event()])
          const { deliver, error, written } = yield* refusedOnce(all, { expected, guarded })
          expect(error).toMatchObject({ _tag: "VersionConflict", stream, actual: { value: version } })
          yield* direct.store.append(stream, [Stores.event()])
          yield* Effect.promise(deliver)
          expect((yield* Stores.readStream(direct.store, written)).map(({ id }) => id)).not.toContain(event.id)
        }))
      )
    }
  }

  test(
    "is refused permanently if the stream has another last event",
    run(Effect.gen(function*() {
      const { direct, event, proxy, store, stored, stream, text } = yield* setUp
      const known = Stores.event()
      yield* direct.store.append(stream, [known])
      const delayed = proxy.delayRequest(text)
      const options = { expected: Exact(1), lastEventId: event.id }
      const error = yield* Effect.flip(store.append(stream, [event], options))
      expect(error).toMatchObject({ _tag: "VersionConflict", lastEventId: known.id })
      const deliver = yield* Effect.promise(() => delayed)
      yield* Effect.promise(deliver)
      expect(yield* stored).toEqual([known.id])
    }))
  )
})

describe("the look-up of a lost append", () => {
  for (const lose of ["loseRequest", "loseAnswer"] as const) {
    test(
      `is repeated when its own connection is lost (${lose})`,
      run(Effect.gen(function*() {
        const { event, proxy, store, stored, stream, text } = yield* setUp
        const lost = Promise.all([proxy.loseAnswer(text), proxy[lose]("find_stored_events")])
        const appended = yield* store.append(stream, [event])
        yield* Effect.promise(() => lost)
        expect(appended).toMatchObject({ streams: [{ firstVersion: 1, version: 1 }] })
        expect(yield* stored).toEqual([event.id])
      }))
    )
  }
})

test(
  "an append that fails when it is sent again has an unknown outcome, because the first copy may still arrive",
  run(Effect.gen(function*() {
    const { direct, event, proxy, stream, text } = yield* setUp
    const schema = "fails_again"
    const { sql, store } = yield* Stores.open(direct.url, { schema })
    const lossy = yield* Stores.open(proxy.url, { schema, migrate: false })
    const [delayed, held] = [proxy.delayRequest(text), proxy.holdRequest(text)]
    const appending = yield* Effect.forkChild(Effect.flip(lossy.store.append(stream, [event])))
    const [deliver, pass] = yield* Effect.promise(() => Promise.all([delayed, held]))
    yield* sql`alter function fails_again.append_one_event rename to gone`
    pass()
    const error = yield* Fiber.join(appending)
    yield* sql`alter function fails_again.gone rename to append_one_event`
    yield* Effect.promise(deliver)
    expect(yield* Stores.readStream(store, stream)).toHaveLength(1)
    expect(error).toMatchObject({ _tag: "OutcomeUnknown", eventIds: [event.id] })
  }))
)

describe.concurrent("a server that is lost permanently", () => {
  test(
    "after it received an append makes the outcome unknown",
    run(Effect.gen(function*() {
      const { event, proxy, store, stored, stream, text } = yield* setUp
      const lost = proxy.loseAnswer(text).then(proxy.shut)
      const error = yield* Effect.flip(store.append(stream, [event]))
      yield* Effect.promise(() => lost)
      expect(error).toMatchObject({ _tag: "OutcomeUnknown", eventIds: [event.id] })
      expect(yield* stored).toEqual([event.id])
    }))
  )

  test(
    "before it received an append makes the append fail",
    run(Effect.gen(function*() {
      const { event, proxy, store, stored, stream } = yield* setUp
      yield* Effect.promise(proxy.shut)
      // The client has processed the closing of its connections after some turns of the event loop.
      const turn = Effect.promise(() => new Promise((resolve) => setTimeout(setImmediate, 5, resolve)))
      yield* Effect.repeat(turn, { times: 20 })
      const error = yield* Effect.flip(store.append(stream, [event]))
      expect(error).toMatchObject({ _tag: "EventStoreError", operation: "append" })
      expect(error.message).toContain("ECONNREFUSED")
      expect(yield* stored).toEqual([])
    }))
  )

  test(
    "makes a read fail",
    run(Effect.gen(function*() {
      const { proxy, store, stream } = yield* setUp
      yield* Effect.promise(proxy.shut)
      const error = yield* Effect.flip(Stores.readStream(store, stream))
      expect(error).toMatchObject({ _tag: "EventStoreError", operation: "read" })
    }))
  )

  test(
    "makes opening a store fail at once, while other statements are still retried, with the reason in one line",
    run(Effect.gen(function*() {
      const { proxy, store, stream } = yield* setUp
      yield* Effect.promise(proxy.shut)
      const reading = yield* Effect.forkScoped(Effect.flip(Stores.readStream(store, stream)))
      // If opening retried as long as a read does, these would end after the read.
      for (let n = 0; n < 3; n++) {
        const error = yield* Effect.flip(Stores.open(proxy.url))
        expect(error).toMatchObject({ _tag: "EventStoreError", operation: "migrate" })
        expect(error.message).toMatch(/^.*ECONNREFUSED.*$/)
      }
      expect(reading.pollUnsafe()).toBeUndefined()
    }))
  )
})

describe("when every connection of the pool is broken", () => {
  const poisoned = Effect.gen(function*() {
    const all = yield* setUp
    const read = Stores.readStream(all.store, all.stream)
    yield* Effect.forEach(Array.from({ length: 10 }), () => read, { concurrency: 10 })
    all.proxy.poison()
    return { ...all, read }
  })

  test(
    "a read succeeds",
    run(Effect.gen(function*() {
      const { read } = yield* poisoned
      expect(yield* read).toEqual([])
    }))
  )

  test(
    "an append succeeds and is stored once",
    run(Effect.gen(function*() {
      const { event, store, stored, stream } = yield* poisoned
      yield* store.append(stream, [event])
      expect(yield* stored).toEqual([event.id])
    }))
  )
})
