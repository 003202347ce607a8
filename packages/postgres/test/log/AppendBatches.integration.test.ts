// The SQL function `append_events`: a batch of independent commits in one statement, each with an answer of its own.
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as SqlError from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { describe, expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const ids = (count: number): ReadonlyArray<string> => Array.from({ length: count }, () => randomUUID())

/** A commit of one write. */
const commit = (
  stream: string,
  fields: Partial<Stores.SqlCommit["writes"][number]> & { readonly key?: string } = {}
) => {
  const { key = "", ...write } = fields
  return { key, writes: [{ stream, ids: ids(1), ...write }] }
}

const storedIds = (stream: string) =>
  Effect.flatMap(Stores.Database, ({ sql }) =>
    Effect.map(
      sql<{ id: string }>`select event_id as id from refold.event_store where stream = ${stream} order by version`,
      (rows) => rows.map(({ id }) => id)
    ))

const send = (commits: ReadonlyArray<Stores.SqlCommit>, wait = true) =>
  Effect.flatMap(Stores.Database, ({ sql }) => Stores.appendEvents(sql, commits, { wait }))

const code = ({ reason: { cause } }: SqlError.SqlError): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

describe("a batch of commits", () => {
  test(
    "answers each commit separately: a refused commit does not affect the others",
    run(Effect.gen(function*() {
      const [known, keyed] = [Stores.freshStream(), Stores.freshStream()]
      const [a, b, c] = [Stores.freshStream(), Stores.freshStream(), Stores.freshStream()]
      const [knownId, key] = [randomUUID(), randomUUID()]
      yield* send([commit(known, { ids: [knownId] }), commit(keyed, { key })])
      const [first, last] = [ids(2), ids(1)]
      const answers = yield* send([
        commit(a, { ids: first }),
        commit(known, { expected: 0 }),
        commit(b, { ids: [knownId] }),
        commit(b, { ids: [...ids(1), knownId] }),
        commit(known, { key }),
        commit(keyed, { key }),
        commit(c, { ids: last })
      ])
      expect(answers).toMatchObject([
        { commit: 1, outcome: "appended", stream: a, first_version: 1n, version: 2n },
        { commit: 2, outcome: "version_conflict", stream: known, version: 1n },
        { commit: 3, outcome: "duplicate_event_id", event_id: knownId },
        { commit: 4, outcome: "duplicate_event_id", event_id: knownId },
        { commit: 5, outcome: "idempotency_conflict" },
        { commit: 6, outcome: "deduplicated", stream: keyed, first_version: 1n, version: 1n },
        { commit: 7, outcome: "appended", stream: c, first_version: 1n, version: 1n }
      ])
      expect(yield* Effect.forEach([a, b, c], storedIds)).toEqual([first, [], last])
    }))
  )

  test(
    "answers a commit to several streams with a row per write, in order",
    run(Effect.gen(function*() {
      const [z, a] = [Stores.freshStream("z"), Stores.freshStream("a")]
      const answers = yield* send([
        commit(Stores.freshStream()),
        { writes: [{ stream: z, ids: ids(2) }, { stream: a, ids: ids(3) }] },
        commit(Stores.freshStream())
      ])
      expect(answers.slice(1, 3)).toMatchObject([
        { commit: 2, stream: z, first_version: 1n, version: 2n },
        { commit: 2, stream: a, first_version: 1n, version: 3n }
      ])
      const positions = answers.map(({ position }) => position!)
      expect(positions).toEqual(positions.toSorted((one, other) => Number(one - other)))
      expect(positions[2]! - positions[1]!).toBe(3n)
    }))
  )

  test(
    "checks later commits against earlier ones: their streams, keys and event ids",
    run(Effect.gen(function*() {
      const stream = Stores.freshStream()
      const key = randomUUID()
      const [one, two] = [randomUUID(), randomUUID()]
      const answers = yield* send([
        commit(stream, { expected: 0, ids: [one], key }),
        commit(stream, { expected: 1, ids: [two] }),
        commit(stream, { expected: 1 }),
        commit(stream, { expected: 0, ids: [one], key }),
        commit(stream, { ids: [two] }),
        commit(stream, { ids: [...ids(1), one] })
      ])
      expect(answers).toMatchObject([
        { outcome: "appended", version: 1n },
        { outcome: "appended", version: 2n },
        { outcome: "version_conflict", version: 2n },
        { outcome: "deduplicated", version: 1n },
        { outcome: "duplicate_event_id", event_id: two },
        { outcome: "duplicate_event_id", event_id: one }
      ])
      expect(yield* storedIds(stream)).toEqual([one, two])
    }))
  )

  test(
    "may be empty",
    run(Effect.gen(function*() {
      expect(yield* send([])).toEqual([])
      expect(yield* send([], false)).toEqual([])
    }))
  )
})

describe("within a commit", () => {
  test(
    "the key is checked before the version, and the version before the event ids",
    run(Effect.gen(function*() {
      const stream = Stores.freshStream()
      const [id, key] = [randomUUID(), randomUUID()]
      yield* send([commit(stream, { ids: [id], key })])
      const wrong = { expected: 7, ids: [id] }
      expect(yield* send([commit(stream, { ...wrong, key }), commit(stream, wrong), commit(stream, { ids: [id] })]))
        .toMatchObject([
          { outcome: "deduplicated" },
          { outcome: "version_conflict" },
          { outcome: "duplicate_event_id" }
        ])
      expect(yield* send([commit(stream, { ...wrong, key, ids: [id, id] })])).toMatchObject([
        { outcome: "idempotency_conflict" }
      ])
    }))
  )

  test(
    "the error names the first stream that is not as expected, and the first id that is stored or repeated",
    run(Effect.gen(function*() {
      const [a, b] = [Stores.freshStream(), Stores.freshStream()]
      const [known, alsoKnown, twice] = [randomUUID(), randomUUID(), randomUUID()]
      yield* send([commit(a, { ids: [known, alsoKnown] })])
      const bothWrong = { writes: [{ stream: a, expected: 0, ids: ids(1) }, { stream: b, expected: -2, ids: ids(1) }] }
      const answers = yield* send([
        bothWrong,
        { writes: bothWrong.writes.toReversed() },
        commit(b, { ids: [...ids(1), twice, ...ids(1), twice, known] }),
        commit(b, { ids: [twice, alsoKnown, twice, known] }),
        { writes: [{ stream: a, ids: [twice] }, { stream: b, ids: [twice] }] }
      ])
      expect(answers).toMatchObject([
        { outcome: "version_conflict", stream: a, version: 2n },
        { outcome: "version_conflict", stream: b, version: 0n },
        { outcome: "duplicate_event_id", event_id: twice },
        { outcome: "duplicate_event_id", event_id: alsoKnown },
        { outcome: "duplicate_event_id", event_id: twice }
      ])
      expect(yield* storedIds(b)).toEqual([])
    }))
  )
})

describe("a guard", () => {
  const guard = (stream: string, expected: number) => ({ stream, expected, ids: [] })

  test(
    "is checked together with the versions, stores nothing and has no answer row",
    run(Effect.gen(function*() {
      const [known, stream] = [Stores.freshStream(), Stores.freshStream()]
      const knownId = randomUUID()
      yield* send([commit(known, { ids: [knownId] })])
      const write = { stream, ids: ids(2) }
      const answers = yield* send([
        { writes: [guard(known, 0), { stream, ids: [knownId] }] },
        { writes: [{ stream, expected: 7, ids: ids(1) }, guard(known, 0)] },
        { writes: [guard(Stores.freshStream(), -2), write] },
        { writes: [guard(known, 1), write, guard(Stores.freshStream(), 0)] },
        { writes: [guard(known, -2), { stream, ids: [knownId] }] }
      ])
      expect(answers).toMatchObject([
        { commit: 1, outcome: "version_conflict", stream: known, version: 1n, event_id: null },
        { commit: 2, outcome: "version_conflict", stream, version: 0n },
        { commit: 3, outcome: "version_conflict", version: 0n },
        { commit: 4, outcome: "appended", stream, first_version: 1n, version: 2n },
        { commit: 5, outcome: "duplicate_event_id", event_id: knownId }
      ])
      expect(yield* storedIds(known)).toEqual([knownId])
    }))
  )

  test(
    "is not part of the fingerprint of its commit",
    run(Effect.gen(function*() {
      const stream = Stores.freshStream()
      const key = randomUUID()
      const write = { stream, ids: ids(1) }
      const answers = yield* send([
        { key, writes: [guard(Stores.freshStream(), 0), write] },
        { key, writes: [write] },
        { key, writes: [write, guard(stream.replace("thing", "other"), 9)] }
      ])
      expect(answers).toMatchObject([
        { outcome: "appended", stream, version: 1n },
        { outcome: "deduplicated", stream, version: 1n },
        { outcome: "deduplicated", stream, version: 1n }
      ])
    }))
  )

  test(
    "without an event in its commit, at any version, or with a snapshot that may be old is an error",
    run(Effect.gen(function*() {
      const { sql, url } = yield* Stores.Database
      const [stream, other] = [Stores.freshStream(), Stores.freshStream()]
      const errors = [[guard(stream, 0)], [guard(stream, -1), { stream: other, ids: ids(1) }]]
      for (const writes of errors) expect(code(yield* Effect.flip(send([{ writes }])))).toBe("22023")
      for (const level of ["repeatable read", "serializable"]) {
        const session = yield* Stores.connect(url)
        yield* session.unsafe(`begin isolation level ${level}`)
        const writes = [guard(stream, 0), { stream: other, ids: ids(1) }]
        expect(code(yield* Effect.flip(Stores.appendEvents(session, [{ writes }])))).toBe("0A000")
      }
      expect(yield* sql`select from refold.event_store where stream in (${stream}, ${other})`).toEqual([])
    }))
  )

  test(
    "with a shared lock admits other guards and blocks writes, and a write blocks guards",
    run(Effect.gen(function*() {
      const { sql, url } = yield* Stores.Database
      const holder = yield* Stores.connect(url)
      const guarded = Stores.freshStream()
      const guarding = (stream: string) => [{ writes: [guard(guarded, 0), { stream, ids: ids(1) }] }]
      const attempt = (commits: ReadonlyArray<Stores.SqlCommit>) =>
        Effect.map(
          Stores.appendEvents(sql, commits, { sharedGuards: true, wait: false }),
          (answers) => answers.map(({ outcome }) => outcome)
        )
      yield* holder`begin`
      const held = Stores.freshStream()
      yield* Stores.appendEvents(holder, guarding(held), { sharedGuards: true })
      expect(yield* attempt(guarding(Stores.freshStream()))).toEqual(["appended"])
      expect(yield* attempt([commit(guarded)])).toEqual(["busy"])
      expect(yield* attempt([{ writes: [guard(held, 0), { stream: Stores.freshStream(), ids: ids(1) }] }])).toEqual([
        "busy"
      ])
      yield* holder`commit`
      expect(yield* attempt([commit(guarded)])).toEqual(["appended"])
      yield* holder`begin`
      yield* Stores.appendEvents(holder, [{ writes: [guard(guarded, 1), { stream: held, ids: ids(1) }] }])
      expect(yield* attempt([{ writes: [guard(guarded, 1), { stream: Stores.freshStream(), ids: ids(1) }] }])).toEqual([
        "busy"
      ])
    }))
  )

  test(
    "of a stream that the same transaction later writes to does not deadlock with another such transaction",
    run(Effect.gen(function*() {
      const { sql, store } = yield* Stores.Database
      for (let round = 0; round < 10; round++) {
        const guarded = Stores.freshStream()
        const transfer = sql.withTransaction(Effect.gen(function*() {
          const expected = (yield* store.streamVersions([guarded]))[0] === 0 ? "NoStream" : "StreamExists"
          yield* store.commit({
            writes: [
              { stream: guarded, expected: { _tag: expected }, events: [] },
              { stream: Stores.freshStream(), expected: { _tag: "Any" }, events: [Stores.event()] }
            ]
          })
          yield* store.append(guarded, [Stores.event()])
        }))
        const results = yield* Effect.forEach([1, 2, 3], () => Effect.result(transfer), { concurrency: 3 })
        const failures = results.flatMap((result) => result._tag === "Failure" ? [result.failure._tag] : [])
        expect(failures.filter((tag) => tag !== "VersionConflict")).toEqual([])
      }
    }))
  )
})

describe("the expected last event", () => {
  test(
    "is compared only at the expected version, and named in the answer",
    run(Effect.gen(function*() {
      const stream = Stores.freshStream()
      const [one, two] = ids(2)
      yield* send([commit(stream, { ids: [one!, two!] })])
      const answers = yield* send([
        commit(stream, { expected: 1, last: one! }),
        commit(stream, { expected: 2, last: one! }),
        { writes: [{ stream, expected: 2, last: one!, ids: [] }, { stream: Stores.freshStream(), ids: ids(1) }] },
        commit(stream, { expected: 2, last: two! })
      ])
      expect(answers).toMatchObject([
        { outcome: "version_conflict", version: 2n, event_id: null },
        { outcome: "version_conflict", version: 2n, event_id: two },
        { outcome: "version_conflict", version: 2n, event_id: two },
        { outcome: "appended", version: 3n, event_id: null }
      ])
    }))
  )
})

describe("with wait = false", () => {
  test(
    "a commit whose stream or key another transaction has locked is busy, and the other commits are stored",
    run(Effect.gen(function*() {
      const { url } = yield* Stores.Database
      const other = yield* Stores.connect(url)
      const [held, free, also] = [Stores.freshStream(), Stores.freshStream(), Stores.freshStream()]
      const key = randomUUID()
      yield* other`begin`
      yield* Stores.appendEvents(other, [commit(held, { key })])
      const commits = [
        commit(held),
        commit(free),
        { writes: [{ stream: also, ids: ids(1) }, { stream: held, ids: ids(1) }] },
        commit(free, { key }),
        commit(also)
      ]
      const answers = yield* send(commits, false)
      expect(answers).toMatchObject([
        { commit: 1, outcome: "busy" },
        { commit: 2, outcome: "appended", stream: free, version: 1n },
        { commit: 3, outcome: "busy" },
        { commit: 4, outcome: "busy" },
        { commit: 5, outcome: "appended", stream: also, version: 1n }
      ])
      yield* other`commit`
      expect(yield* send(commits.slice(0, 1), false)).toMatchObject([{ outcome: "appended", version: 2n }])
    }))
  )
})

describe("at the same time", () => {
  test(
    "batches that name the same streams in opposite orders do not deadlock",
    run(Effect.gen(function*() {
      const { sql } = yield* Stores.Database
      const streams = Array.from({ length: 20 }, () => Stores.freshStream())
      const orders = [streams, streams.toReversed()]
      const rounds = Array.from({ length: 40 }, (_, round) => orders[round % 2]!.map((stream) => commit(stream)))
      const answers = yield* Effect.forEach(rounds, (commits) => Stores.appendEvents(sql, commits), { concurrency: 8 })
      expect(new Set(answers.flat().map(({ outcome }) => outcome))).toEqual(new Set(["appended"]))
    }))
  )

  test(
    "of two commits of several events that share an event id one is stored and one is a duplicate, neither in part",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      for (let round = 0; round < 25; round++) {
        const shared = Stores.event()
        const streams = Array.from({ length: 4 }, () => Stores.freshStream())
        const results = yield* Effect.forEach(
          streams,
          (stream) => Effect.result(store.append(stream, [Stores.event(), shared, Stores.event()])),
          { concurrency: 4 }
        )
        const failures = results.flatMap((result) => result._tag === "Failure" ? [result.failure] : [])
        expect(failures).toMatchObject(Array.from({ length: 3 }, () => ({ _tag: "DuplicateEventId", id: shared.id })))
        const counts = yield* Effect.forEach(streams, (stream) => Effect.map(storedIds(stream), (rows) => rows.length))
        expect(counts.toSorted((one, other) => one - other)).toEqual([0, 0, 0, 3])
      }
    }))
  )

  test(
    "of two commits that share many event ids in opposite orders one is stored and one is a duplicate",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const events = Array.from({ length: 300 }, () => Stores.event())
      const [one, other] = [Stores.freshStream(), Stores.freshStream()]
      const results = yield* Effect.all([
        Effect.result(store.append(one, [Stores.event(), ...events])),
        Effect.result(store.append(other, [Stores.event(), ...events.toReversed()]))
      ], { concurrency: 2 })
      const tags = results.map((result) => result._tag === "Success" ? "Success" : result.failure._tag)
      expect(tags.toSorted()).toEqual(["DuplicateEventId", "Success"])
      const counts = yield* Effect.forEach(
        [one, other],
        (stream) => Effect.map(storedIds(stream), (rows) => rows.length)
      )
      expect(counts.toSorted((one, other) => one - other)).toEqual([0, 301])
    }))
  )

  test(
    "a commit of several events waits for an open transaction with its event id, and fails as retryable, with nothing stored",
    run(Effect.gen(function*() {
      const { sql, url } = yield* Stores.Database
      const [first, second] = [yield* Stores.connect(url), yield* Stores.connect(url)]
      const stream = Stores.freshStream()
      const shared = randomUUID()
      yield* first`begin`
      yield* Stores.appendEvents(first, [commit(Stores.freshStream(), { ids: [shared] })])
      const pid = yield* Stores.backend(second)
      const batch = [commit(Stores.freshStream()), commit(stream, { ids: [...ids(1), shared] })]
      const sending = yield* Effect.forkChild(Effect.result(Stores.appendEvents(second, batch)))
      yield* Stores.untilWaiting(sql, pid)
      yield* first`commit`
      const result = yield* Fiber.join(sending)
      expect(result._tag === "Failure" && code(result.failure)).toBe("40001")
      expect(yield* storedIds(stream)).toEqual([])
      expect(yield* Stores.appendEvents(second, batch)).toMatchObject([
        { outcome: "appended" },
        { outcome: "duplicate_event_id", event_id: shared }
      ])
    }))
  )

  test(
    "a single event waits for an open transaction with its id: it is a duplicate if that commits, and stored if it rolls back",
    run(Effect.gen(function*() {
      const { sql, url } = yield* Stores.Database
      const [first, second] = [yield* Stores.connect(url), yield* Stores.connect(url)]
      const pid = yield* Stores.backend(second)
      for (const [end, outcome] of [["commit", "duplicate_event_id"], ["rollback", "appended"]] as const) {
        const id = randomUUID()
        yield* first`begin`
        yield* Stores.appendEvents(first, [commit(Stores.freshStream(), { ids: [id] })])
        const sending = yield* Effect.forkChild(
          Stores.appendEvents(second, [commit(Stores.freshStream(), { ids: [id] })])
        )
        yield* Stores.untilWaiting(sql, pid)
        yield* first.unsafe(end)
        expect(yield* Fiber.join(sending)).toMatchObject([{ outcome }])
      }
    }))
  )

  test(
    "of concurrent commits under one key one is stored, and the others get its answer",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const idempotency = { key: randomUUID() }
      const appended = yield* Effect.forEach(
        Array.from({ length: 8 }),
        () => store.append(stream, [Stores.event()], { idempotency }),
        { concurrency: 8 }
      )
      expect(yield* storedIds(stream)).toHaveLength(1)
      expect(appended.map(({ deduplicated }) => deduplicated).filter((is) => !is)).toHaveLength(1)
      expect(new Set(appended.map(({ position }) => position)).size).toBe(1)
    }))
  )

  test(
    "of concurrent appends to one stream at one version one is stored, and the others are refused",
    run(Effect.gen(function*() {
      const { store } = yield* Stores.Database
      const stream = Stores.freshStream()
      const results = yield* Effect.forEach(
        Array.from({ length: 8 }),
        () => Effect.result(store.append(stream, [Stores.event()], { expected: { _tag: "NoStream" } })),
        { concurrency: 8 }
      )
      const tags = results.map((result) => result._tag === "Success" ? "Success" : result.failure._tag)
      expect(tags.toSorted()).toEqual(["Success", ...Array.from({ length: 7 }, () => "VersionConflict")])
      expect(yield* storedIds(stream)).toHaveLength(1)
    }))
  )
})
