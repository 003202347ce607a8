// Appends that arrive together share a statement, and each gets the answer that it would get alone.
import type { EventId } from "@refold/core/event/EventId"
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import type * as Commit from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as Proxy from "../support/Proxy.ts"
import * as Stores from "../support/Stores.ts"
import { tracing } from "../support/Tracing.ts"

const run = Stores.runner()

const commitOf = (
  stream: StreamName,
  events: ReadonlyArray<NewEvent>,
  expected: ExpectedVersion.ExpectedVersion = ExpectedVersion.Any
): Commit.Commit => ({ writes: [{ stream, expected, events }] })

/** Sends commits at the same time, in order; returns their outcomes. */
const together = (store: Stores.Opened["store"], commits: ReadonlyArray<Commit.Commit>) =>
  Effect.forEach(commits, (commit) => Effect.result(store.commit(commit)), { concurrency: "unbounded" })

const idsIn = (store: Stores.Opened["store"], stream: StreamName) =>
  Effect.map(Stores.readStream(store, stream), (events) => events.map(({ id }) => id))

/** The tag of the error, or "Success". */
const tagOf = (result: Result.Result<unknown, { readonly _tag: string }>) =>
  Result.isSuccess(result) ? "Success" : result.failure._tag

const batchesOf = (spans: ReturnType<typeof tracing>["spans"]) =>
  spans.filter(({ attributes }) => String(attributes.get("db.query.text")).includes("append_batch"))

/** A session that holds streams until it commits. */
const holder = Effect.fnUntraced(function*(url: string, streams: ReadonlyArray<string>) {
  const session = yield* Stores.connect(url)
  yield* session`begin`
  yield* session`select refold.lock_streams(${streams}, '{}', true)`
  return session
})

describe("appends that arrive together", () => {
  test(
    "share statements, and each answer has the places of its own events",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const { capture, spans } = tracing()
      const commits = Arr.makeBy(
        60,
        (n) =>
          commitOf(
            Stores.freshStream(),
            Arr.makeBy(1 + n % 3, () => Stores.event({ data: n })),
            ExpectedVersion.NoStream
          )
      )
      const outcomes = yield* capture(together(store, commits))
      const batches = batchesOf(spans)
      expect(batches.length).toBeGreaterThan(0)
      expect(batches.length).toBeLessThan(5)
      for (const [n, outcome] of outcomes.entries()) {
        const { events, stream } = commits[n]!.writes[0]
        const stored = yield* Stores.readStream(store, stream)
        const { position, recordedAt, version } = stored.at(-1)!
        expect(Result.getOrThrow(outcome)).toEqual({
          streams: [{ stream, firstVersion: 1, version, position, recordedAt }],
          position,
          deduplicated: false
        })
        expect(stored.map(({ data, id }) => [id, data])).toEqual(events.map(({ data, id }) => [id, data]))
      }
    }))
  )

  test(
    "are divided by events into two batches, also if they are few",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const { capture, spans } = tracing()
      const commits = Arr.makeBy(8, () => commitOf(Stores.freshStream(), Arr.makeBy(10, () => Stores.event())))
      const outcomes = yield* capture(together(store, commits))
      expect(outcomes.map(tagOf)).toEqual(commits.map(() => "Success"))
      expect(batchesOf(spans)).toHaveLength(2)
    }))
  )

  test(
    "are refused separately: conflicts, known ids, keys and guards do not affect other appends",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const known = Stores.event()
      const [old, a, b, c] = Arr.makeBy(4, () => Stores.freshStream())
      const key = randomUUID()
      const keyed = { ...commitOf(c!, [Stores.event({ data: 1 })]), idempotency: { key } }
      yield* store.append(old, [known])
      yield* store.commit(keyed)
      const missing = Stores.freshStream()
      const outcomes = yield* together(store, [
        commitOf(a!, [Stores.event()]),
        commitOf(old, [Stores.event()], ExpectedVersion.Exact(7)),
        commitOf(Stores.freshStream(), [known]),
        commitOf(Stores.freshStream(), [Stores.event(), known, Stores.event()]),
        {
          writes: [...commitOf(b!, [Stores.event()]).writes, {
            stream: missing,
            expected: ExpectedVersion.StreamExists,
            events: []
          }]
        },
        keyed,
        { ...commitOf(Stores.freshStream(), [Stores.event({ data: 2 })]), idempotency: { key: randomUUID() } },
        commitOf(Stores.freshStream(), [Stores.event(), Stores.event()])
      ])
      expect(outcomes.map(tagOf)).toEqual([
        "Success",
        "VersionConflict",
        "DuplicateEventId",
        "DuplicateEventId",
        "VersionConflict",
        "Success",
        "Success",
        "Success"
      ])
      expect(outcomes[5]).toMatchObject({ success: { deduplicated: true } })
      expect(yield* idsIn(store, b!)).toEqual([])
      expect(yield* idsIn(store, c!)).toHaveLength(1)
    }))
  )

  test(
    "with one event id store it once, in any streams",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const event = Stores.event()
      const streams = Arr.makeBy(10, () => Stores.freshStream())
      const outcomes = yield* together(
        store,
        streams.map((stream, n) => commitOf(stream, n % 2 === 0 ? [event] : [event, Stores.event()]))
      )
      expect(outcomes.map(tagOf)).toEqual(["Success", ...streams.slice(1).map(() => "DuplicateEventId")])
      const stored = yield* Effect.forEach(streams, (stream) => idsIn(store, stream))
      expect(stored.flat()).toEqual([event.id])
    }))
  )

  test(
    "to one stream are stored in the order in which they were sent, at any size",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const stream = Stores.freshStream()
      // Every fifth is too long for a batch and is sent on its own; every seventh writes to another stream, too.
      const commits = Arr.makeBy(40, (n): Commit.Commit => ({
        writes: [
          ...commitOf(stream, [Stores.event({ data: n % 5 === 0 ? "x".repeat(300_000) : n })]).writes,
          ...(n % 7 === 0 ? commitOf(Stores.freshStream(), [Stores.event()]).writes : [])
        ]
      }))
      const outcomes = yield* together(store, commits)
      expect(outcomes.map(tagOf)).toEqual(commits.map(() => "Success"))
      expect(yield* idsIn(store, stream)).toEqual(commits.map(({ writes: [{ events }] }) => events[0]!.id))
    }))
  )

  test(
    "are stored without the one that the table refuses",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      yield* sql`alter table refold.event_store add constraint poison check (type <> 'Poison')`
      const commits = Arr.makeBy(
        30,
        (n) => commitOf(Stores.freshStream(), [Stores.event({ type: n === 17 ? "Poison" : "Good" })])
      )
      const outcomes = yield* together(store, commits)
      yield* sql`alter table refold.event_store drop constraint poison`
      expect(outcomes.map(tagOf)).toEqual(commits.map((_, n) => n === 17 ? "EventStoreError" : "Success"))
      const stored = yield* Effect.forEach(commits, ({ writes: [{ stream }] }) => idsIn(store, stream))
      expect(stored).toEqual(commits.map(({ writes: [{ events }] }, n) => n === 17 ? [] : [events[0]!.id]))
    }))
  )

  test(
    "whose answer or request is lost are each stored once, and each gets the place of its events",
    run(Effect.gen(function*() {
      const { store: direct, url } = yield* Stores.Database
      const proxy = yield* Proxy.start(url)
      const { store } = yield* Stores.open(proxy.url, { migrate: false })
      for (const lose of [proxy.loseAnswer, proxy.loseRequest]) {
        const text = randomUUID()
        const commits = Arr.makeBy(
          20,
          (n) => commitOf(Stores.freshStream(), Arr.makeBy(1 + n % 2, () => Stores.event({ data: { text } })))
        )
        const lost = lose(text)
        const outcomes = yield* together(store, commits)
        yield* Effect.promise(() => lost)
        for (const [n, outcome] of outcomes.entries()) {
          const { events, stream } = commits[n]!.writes[0]
          const stored = yield* Stores.readStream(direct, stream)
          expect(stored.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
          expect(Result.getOrThrow(outcome)).toMatchObject({ position: stored.at(-1)!.position, deduplicated: false })
        }
      }
    }))
  )
})

describe("a stream that another transaction has locked", () => {
  test(
    "delays no append to another stream, also with one connection; its own appends are stored in order when it is free",
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      const { store } = yield* Stores.open(url, { migrate: false, maxConnections: 1 })
      const held = Stores.freshStream()
      const session = yield* holder(url, [held])
      const events = Arr.makeBy(6, () => Stores.event())
      const waiting = yield* Effect.forkChild(together(store, events.map((event) => commitOf(held, [event]))))
      for (let n = 0; n < 20; n++) yield* store.append(Stores.freshStream(), [Stores.event()])
      const others = yield* together(store, Arr.makeBy(100, () => commitOf(Stores.freshStream(), [Stores.event()])))
      expect(others.map(tagOf)).toEqual(others.map(() => "Success"))
      expect(yield* idsIn(store, held)).toEqual([])
      yield* session`commit`
      expect((yield* Fiber.join(waiting)).map(tagOf)).toEqual(events.map(() => "Success"))
      expect(yield* idsIn(store, held)).toEqual(events.map(({ id }) => id))
    }))
  )

  test(
    "fails its append with an error that names the holder shortly before the query timeout, and nothing is stored",
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      const { store } = yield* Stores.open(url, { migrate: false, queryTimeout: "1 second" })
      const held = Stores.freshStream()
      const session = yield* holder(url, [held])
      const error = yield* Effect.flip(store.append(held, [Stores.event()]))
      expect(error).toMatchObject({
        _tag: "EventStoreError",
        message: expect.stringMatching(/locked for 900 ms by session \d+ \(application "by hand"/)
      })
      yield* session`commit`
      expect(yield* idsIn(store, held)).toEqual([])
    }))
  )

  test(
    "stores no append whose caller was interrupted meanwhile, and later appends continue",
    run(Effect.gen(function*() {
      const { store, url } = yield* Stores.Database
      const held = Stores.freshStream()
      const session = yield* holder(url, [held])
      const [first, second, third] = [Stores.event(), Stores.event(), Stores.event()]
      const fibers = yield* Effect.forEach(
        [first, second, third],
        (event) => Effect.forkChild(store.append(held, [event]))
      )
      yield* store.append(Stores.freshStream(), [Stores.event()])
      yield* Fiber.interrupt(fibers[0]!)
      yield* Fiber.interrupt(fibers[1]!)
      yield* session`commit`
      yield* Fiber.join(fibers[2]!)
      expect(yield* idsIn(store, held)).toEqual([third.id])
    }))
  )
})

test(
  "an append that is interrupted in flight is stored once or not at all, and the other appends of its batch are stored",
  run(Effect.gen(function*() {
    const { sql, store, url } = yield* Stores.Database
    const session = yield* Stores.connect(url)
    yield* session`begin`
    yield* session`lock table refold.event_store in share mode`
    const commits = Arr.makeBy(8, () => commitOf(Stores.freshStream(), [Stores.event(), Stores.event()]))
    const fibers = yield* Effect.forEach(commits, (commit) => Effect.forkChild(store.commit(commit)))
    yield* Stores.untilWaitingFor(sql, yield* Stores.backend(session), 1)
    const [gone] = commits
    yield* Fiber.interrupt(fibers[0])
    const again = yield* Effect.forkChild(Effect.result(store.commit(gone)))
    yield* session`commit`
    for (const fiber of fibers.slice(1)) yield* Fiber.join(fiber)
    expect(["Success", "DuplicateEventId"]).toContain(tagOf(yield* Fiber.join(again)))
    for (const { writes: [{ events, stream }] } of commits) {
      expect(yield* idsIn(store, stream)).toEqual(events.map(({ id }) => id))
    }
  }))
)

describe("a full queue", () => {
  test(
    "refuses more appends with an error that names its size, if `whenFull` is fail",
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      const { store } = yield* Stores.open(url, { migrate: false, appendQueue: { size: 2, whenFull: "fail" } })
      const held = Stores.freshStream()
      const session = yield* holder(url, [held])
      const waiting = yield* Effect.forkChild(together(store, Arr.makeBy(2, () => commitOf(held, [Stores.event()]))))
      yield* Effect.yieldNow
      const error = yield* Effect.flip(store.append(Stores.freshStream(), [Stores.event()]))
      expect(error).toMatchObject({
        _tag: "EventStoreError",
        message: "append failed: 2 appends wait for their answers already, the appendQueue.size (Try again later.)"
      })
      expect(Object(error).cause).toBeInstanceOf(PostgresStore.AppendQueueFull)
      yield* session`commit`
      expect((yield* Fiber.join(waiting)).map(tagOf)).toEqual(["Success", "Success"])
      yield* store.append(Stores.freshStream(), [Stores.event()])
    }))
  )

  test(
    "lets more appends wait in order, and removes those that are interrupted meanwhile",
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      const { store } = yield* Stores.open(url, { migrate: false, appendQueue: { size: 2 } })
      const stream = Stores.freshStream()
      const session = yield* holder(url, [stream])
      const events = Arr.makeBy(8, () => Stores.event())
      const fibers = yield* Effect.forEach(events, (event) => Effect.forkChild(store.append(stream, [event])))
      yield* Effect.yieldNow
      yield* Fiber.interrupt(fibers[0])
      yield* Fiber.interrupt(fibers[5]!)
      yield* session`commit`
      const left = events.filter((_, n) => n !== 0 && n !== 5)
      for (const [n, fiber] of fibers.entries()) if (n !== 0 && n !== 5) yield* Fiber.join(fiber)
      expect(yield* idsIn(store, stream)).toEqual(left.map(({ id }) => id))
    }))
  )

  test.each([
    [{ size: 0 }, "appendQueue.size"],
    [{ size: 1.5 }, "appendQueue.size"],
    [{ whenFull: "drop" as "fail" }, "appendQueue.whenFull"]
  ])("of %j is invalid input", (appendQueue, field) =>
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      expect(yield* Effect.flip(Stores.open(url, { migrate: false, appendQueue }))).toMatchObject({
        _tag: "InvalidInput",
        field
      })
    }))())
})

test(
  "closing a store interrupts the appends in its queue",
  run(Effect.gen(function*() {
    const { store: other, url } = yield* Stores.Database
    const scope = yield* Scope.make()
    const { store } = yield* Scope.provide(Stores.open(url, { migrate: false }), scope)
    const held = Stores.freshStream()
    yield* holder(url, [held])
    const waiting = yield* Effect.forkChild(
      Effect.forEach(Arr.makeBy(3, () => Stores.event()), (event) => Effect.exit(store.append(held, [event])), {
        concurrency: "unbounded"
      })
    )
    yield* store.append(Stores.freshStream(), [Stores.event()])
    yield* Scope.close(scope, Exit.void)
    expect((yield* Fiber.join(waiting)).map(Exit.isFailure)).toEqual([true, true, true])
    expect(yield* idsIn(other, held)).toEqual([])
  }))
)

/** Calls `append_batch` with commits of one event each; guards are writes without an event. */
const batch = (
  writes: ReadonlyArray<
    ReadonlyArray<{ readonly stream: string; readonly expected: number; readonly ids: ReadonlyArray<string> }>
  >
) =>
  Effect.flatMap(Stores.Database, ({ sql }) => {
    const all = writes.flat()
    const ids = all.flatMap((write) => write.ids)
    return sql.unsafe<{ commit: number; outcome: string; stream: string; event_id: EventId }>(
      `select * from refold.append_batch($1::int[], $2::text[], $3::bigint[], $4::int[], $5::text[], $6::text[]::uuid[],
        array_fill('A'::text, array[$7::int]), array_fill(1::smallint, array[$7::int]), array_fill('1'::jsonb, array[$7::int]),
        array_fill('{}'::jsonb, array[$7::int]), array_fill(now(), array[$7::int]))`,
      [
        writes.map((commit) => commit.length),
        all.map(({ stream }) => stream),
        all.map(({ expected }) => expected),
        all.map((write) => write.ids.length),
        all.map(() => ""),
        ids,
        ids.length
      ]
    )
  })

describe("the function append_batch", () => {
  test(
    "refuses a batch in which a written stream occurs twice, so crossing guards cannot both hold",
    run(Effect.gen(function*() {
      const [a, b] = [Stores.freshStream(), Stores.freshStream()]
      const write = (stream: string, guarded: string) => [
        { stream, expected: 0, ids: [randomUUID()] },
        { stream: guarded, expected: 0, ids: [] }
      ]
      const error = yield* Effect.flip(batch([write(a, b), write(b, a)]))
      expect(error.reason.cause).toMatchObject({
        code: "22023",
        message: "a stream that a commit writes to must not occur twice in a batch"
      })
      const shared = Stores.freshStream()
      const rows = yield* batch([write(a, shared), write(b, shared)])
      expect(rows.map(({ commit, outcome, stream }) => [commit, outcome, stream])).toEqual([[1, "appended", a], [
        2,
        "appended",
        b
      ]])
    }))
  )

  test(
    "stores an event id that occurs twice in a batch once, and no commit in part",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const [a, b, c] = [Stores.freshStream(), Stores.freshStream(), Stores.freshStream()]
      const id = randomUUID()
      const rows = yield* batch([[{ stream: a, expected: 0, ids: [id] }], [{ stream: b, expected: 0, ids: [id] }]])
      expect(rows.toSorted((one, other) => one.commit - other.commit).map(({ commit, outcome }) => [commit, outcome]))
        .toEqual([[1, "appended"], [
          2,
          "duplicate_event_id"
        ]])
      const other = randomUUID()
      const error = yield* Effect.flip(batch([
        [{ stream: c, expected: 0, ids: [other] }],
        [{ stream: b, expected: 0, ids: [randomUUID(), other] }]
      ]))
      expect(error.reason.cause).toMatchObject({ code: "40001" })
      expect(yield* Effect.forEach([a, b, c], (stream) => idsIn(store, stream))).toEqual([[id], [], []])
    }))
  )

  test.each([
    ["guards alone", [[{ stream: "a-1", expected: 0, ids: [] }]], "a commit must have at least one event"],
    ["a guard of any version", [[{ stream: "a-1", expected: -1, ids: [] }, {
      stream: "a-2",
      expected: -1,
      ids: ["x"]
    }]], "a write without events must expect a version"],
    [
      "a version below -2",
      [[{ stream: "a-1", expected: -3, ids: ["x"] }]],
      expect.stringContaining("versions not below -2")
    ],
    ["a commit without writes", [[]], expect.stringContaining("each commit must have a write")]
  ])("refuses %s", (_, commits, message) =>
    run(Effect.gen(function*() {
      const error = yield* Effect.flip(
        batch(commits.map((writes) => writes.map((write) => ({ ...write, ids: write.ids.map(() => randomUUID()) }))))
      )
      expect(error.reason.cause).toMatchObject({ code: "22023", message })
    }))())
})

/** Calls `append_single_events`; `changed` replaces arguments, as SQL. */
const singles = (
  commits: ReadonlyArray<{ stream: string; expected: number; id: string; last?: string }>,
  changed = {}
) =>
  Effect.flatMap(Stores.Database, ({ sql }) => {
    const list = (values: ReadonlyArray<string | number>) => `array[${values.map((value) => `'${value}'`).join(", ")}]`
    const args = {
      streams: list(commits.map(({ stream }) => stream)),
      expected: `${list(commits.map(({ expected }) => expected))}::bigint[]`,
      last_event_ids: list(commits.map(({ last = "" }) => last)),
      event_ids: `${list(commits.map(({ id }) => id))}::uuid[]`,
      event_types: list(commits.map(() => "A")),
      event_schema_versions: `${list(commits.map(() => 1))}::smallint[]`,
      event_data: `${list(commits.map(() => "1"))}::jsonb[]`,
      event_metadata: `${list(commits.map(() => "{}"))}::jsonb[]`,
      event_occurred_at: `${list(commits.map(() => "2020-01-01T00:00:00Z"))}::timestamptz[]`,
      ...changed
    }
    const named = Object.entries(args).map(([name, value]) => `${name} => ${value}`).join(", ")
    return sql.unsafe<{ outcome: string; version: bigint; position: bigint; event_id: EventId | null }>(
      `select * from refold.append_single_events(${named}) order by commit`
    )
  })

describe("the function append_single_events", () => {
  test(
    "answers each commit separately",
    run(Effect.gen(function*() {
      const { store, url } = yield* Stores.Database
      const [a, b, c, d, e] = Arr.makeBy(5, () => Stores.freshStream())
      const [first, id, twice] = [randomUUID(), randomUUID(), randomUUID()]
      yield* singles([{ stream: a, expected: 0, id: first }])
      yield* holder(url, [e!])
      const rows = yield* singles([
        { stream: a, expected: 1, id, last: randomUUID() },
        { stream: b!, expected: 0, id: twice },
        { stream: c!, expected: -2, id: randomUUID() },
        { stream: d!, expected: -1, id: twice },
        { stream: e!, expected: 0, id: randomUUID() }
      ])
      expect(rows.map(({ event_id, outcome, version }) => [outcome, Number(version), event_id])).toEqual([
        ["version_conflict", 1, first],
        ["appended", 1, null],
        ["version_conflict", 0, null],
        ["duplicate_event_id", 0, twice],
        ["busy", 0, null]
      ])
      expect(yield* Effect.forEach([a, b!, c!, d!, e!], (stream) => idsIn(store, stream))).toEqual(
        [[first], [twice], [], [], []]
      )
      const [known] = yield* singles([{ stream: d!, expected: 0, id: first }])
      expect(known).toMatchObject({ outcome: "duplicate_event_id", event_id: first })
    }))
  )

  test.each([
    ["a version below -2", { expected: "array[-3, 0]::bigint[]" }],
    ["a version of NULL", { expected: "array[NULL, 0]::bigint[]" }],
    ["an array that is too short", { event_types: "array['A']" }],
    ["an array of NULL", { last_event_ids: "NULL" }]
  ])("refuses %s", (_, changed) =>
    run(Effect.gen(function*() {
      const [a, b] = [Stores.freshStream(), Stores.freshStream()]
      const commits = [{ stream: a, expected: 0, id: randomUUID() }, { stream: b, expected: 0, id: randomUUID() }]
      const error = yield* Effect.flip(singles(commits, changed))
      expect(error.reason.cause).toMatchObject({
        code: "22023",
        message: "versions must not be below -2, and the arrays must have one element per commit"
      })
    }))())

  test(
    "refuses a stream that occurs twice, and stores nothing",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const [a, b] = [Stores.freshStream(), Stores.freshStream()]
      const error = yield* Effect.flip(singles([
        { stream: a, expected: 0, id: randomUUID() },
        { stream: b, expected: 0, id: randomUUID() },
        { stream: a, expected: -1, id: randomUUID() }
      ]))
      expect(error.reason.cause).toMatchObject({
        code: "22023",
        message: "a stream that a commit writes to must not occur twice in a batch"
      })
      expect(yield* Effect.forEach([a, b], (stream) => idsIn(store, stream))).toEqual([[], []])
    }))
  )
})
