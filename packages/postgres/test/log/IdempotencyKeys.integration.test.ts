// Deleting idempotency keys on a server: in batches, without blocking appends, by roles with that right.
import type { Idempotency } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import { EventStore } from "@refold/store/log/EventStore"
import * as IdempotencyKeys from "@refold/store/log/IdempotencyKeys"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { createHash } from "node:crypto"
import { describe, expect, test } from "vitest"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as LoginRole from "../support/LoginRole.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

/** A separate store, because keys of other tests must not be counted. */
const setUp = Effect.gen(function*() {
  const url = yield* freshDatabase()
  return yield* Stores.open(url)
})

const keyed = (key: string, fields: Partial<Idempotency> = {}) => ({
  idempotency: { key, fingerprint: "f", ...fields }
})

/** A number of keys of the year 2000, the first of which never expire. */
const old = ({ sql }: Stores.Opened, count: number, neverExpire = 0) =>
  sql`insert into refold.idempotency_keys (key, fingerprint, answer, created_at, never_expires)
    select 'old ' || n, sha256(convert_to('given:f', 'UTF8')), jsonb_build_array(jsonb_build_object(
      'outcome', 'appended', 'stream', 'thing-1', 'first_version', n, 'version', n, 'position', n,
      'recorded_at', '2000-01-01T00:00:00Z'
    )), '2000-01-01T00:00:00Z'::timestamptz + n * interval '1 ms', n <= ${neverExpire}::int
    from generate_series(1, ${count}::int) n`

const year2001 = DateTime.makeUnsafe("2001-01-01T00:00:00Z")

const keys = ({ sql }: Stores.Opened) =>
  Effect.map(
    sql<{ key: string }>`select key from refold.idempotency_keys order by key collate "C"`,
    (rows) => rows.map(({ key }) => key)
  )

describe("keys", () => {
  test(
    "have the time of the first event of their commit, and record whether they expire",
    run(Effect.gen(function*() {
      const { sql, store } = yield* setUp
      const stream = Stores.freshStream()
      const kept = yield* store.append(stream, [Stores.event()], keyed("kept", { neverExpires: true }))
      const other = yield* store.append(stream, [Stores.event()], keyed("other"))
      const rows = yield* sql`select key, created_at, never_expires from refold.idempotency_keys order by key`
      expect(rows).toEqual([
        { key: "kept", created_at: DateTime.toDateUtc(kept.streams[0].recordedAt), never_expires: true },
        { key: "other", created_at: DateTime.toDateUtc(other.streams[0].recordedAt), never_expires: false }
      ])
    }))
  )

  test(
    "have the time of the first write of a commit, even if another stream is ahead of the clock",
    run(Effect.gen(function*() {
      const { sql, store } = yield* setUp
      yield* sql`insert into refold.event_store
          (stream, version, event_id, type, schema_version, data, metadata, occurred_at, recorded_at)
        values ('thing-ahead', 1, gen_random_uuid(), 'Happened', 1, '{}', '{}', now(), now() + interval '1 day')`
      const write = (stream: string) => ({
        stream: Stores.streamName(stream),
        expected: ExpectedVersion.Any,
        events: [Stores.event()] as const
      })
      const { streams } = yield* store.commit({ writes: [write("thing-1"), write("thing-ahead")], ...keyed("k") })
      const [row] = yield* sql<{ created_at: Date }>`select created_at from refold.idempotency_keys`
      expect(row!.created_at).toEqual(DateTime.toDateUtc(streams[0].recordedAt))
      expect(row!.created_at).not.toEqual(DateTime.toDateUtc(streams[1]!.recordedAt))
    }))
  )

  test(
    "of a batch by SQL expire or not as each commit requests",
    run(Effect.gen(function*() {
      const { sql } = yield* setUp
      yield* sql`select (answer).outcome from refold.append_events(array['a', 'b', ''], array['f', 'f', ''], '{1, 1, 1}',
        '{thing-1, thing-2, thing-3}', '{-1, -1, -1}', '{1, 1, 1}',
        array[gen_random_uuid(), gen_random_uuid(), gen_random_uuid()], '{H, H, H}', '{1, 1, 1}',
        array['1', '1', '1']::jsonb[], array['{}', '{}', '{}']::jsonb[], array[now(), now(), now()],
        never_expire => '{false, true, true}')`
      expect(yield* sql`select key, never_expires from refold.idempotency_keys order by key`)
        .toEqual([{ key: "a", never_expires: false }, { key: "b", never_expires: true }])
    }))
  )

  test(
    "are deleted in batches, and all are counted",
    run(Effect.gen(function*() {
      const opened = yield* setUp
      yield* old(opened, 2_510, 10)
      yield* opened.store.append(Stores.freshStream(), [Stores.event()], keyed("young"))
      expect(yield* opened.store.forgetKeys(year2001)).toBe(2_500)
      expect(yield* keys(opened)).toEqual([...Arr.makeBy(10, (n) => `old ${n + 1}`).toSorted(), "young"])
      expect(yield* opened.store.forgetKeys(year2001)).toBe(0)
    }))
  )

  test(
    "are deleted up to an instant with millisecond precision",
    run(Effect.gen(function*() {
      const opened = yield* setUp
      yield* old(opened, 4)
      expect(yield* opened.store.forgetKeys(DateTime.makeUnsafe("2000-01-01T00:00:00.003Z"))).toBe(2)
      expect(yield* keys(opened)).toEqual(["old 3", "old 4"])
    }))
  )

  test(
    "are found by an index, although a thousand times as many never expire",
    run(Effect.gen(function*() {
      const opened = yield* setUp
      yield* old(opened, 20_000, 19_980)
      yield* opened.sql`analyze refold.idempotency_keys`
      // A new connection, without earlier statements.
      const sql = yield* Stores.connect(opened.url)
      const [read] = yield* sql.withTransaction(Effect.andThen(
        batch({ sql }),
        sql`select seq_scan::int as scans, idx_tup_fetch::int as rows
          from pg_stat_xact_user_tables where relid = 'refold.idempotency_keys'::regclass`
      ))
      expect(read).toEqual({ scans: 0, rows: expect.toSatisfy((rows: number) => rows < 200, "fewer than 200") })
    }))
  )
})

/** Deletes one batch. */
const batch = ({ sql }: Pick<Stores.Opened, "sql">) =>
  sql<{ keys: bigint }>`select refold.forget_keys(now(), 1000) as keys`

describe("while keys are deleted in an open transaction", () => {
  test(
    "appends under old and new keys do not wait, and other sessions delete the other keys",
    run(Effect.gen(function*() {
      const opened = yield* setUp
      yield* old(opened, 1_500)
      const there = yield* Stores.open(opened.url, { migrate: false })
      const stream = Stores.freshStream()
      yield* opened.sql.withTransaction(Effect.gen(function*() {
        // Exactly one batch.
        expect(yield* batch(opened)).toEqual([{ keys: 1000n }])
        expect(yield* there.store.append(stream, [Stores.event()], keyed("old 1"))).toMatchObject({
          deduplicated: true
        })
        expect(yield* there.store.append(stream, [Stores.event()], keyed("new"))).toMatchObject({ deduplicated: false })
        expect(yield* there.store.forgetKeys(year2001)).toBe(500)
      }))
      expect(yield* keys(opened)).toEqual(["new"])
      expect(yield* there.store.append(stream, [Stores.event()], keyed("old 1"))).toMatchObject({ deduplicated: false })
    }))
  )

  test(
    "they are restored if it rolls back",
    run(Effect.gen(function*() {
      const opened = yield* setUp
      yield* old(opened, 3)
      const forgotten = opened.sql.withTransaction(
        Effect.flatMap(opened.store.forgetKeys(year2001), (count) => Effect.fail(count))
      )
      expect(yield* Effect.flip(forgotten)).toBe(3)
      expect(yield* keys(opened)).toHaveLength(3)
    }))
  )
})

describe("a role", () => {
  test(
    "with the rights to write may use keys that never expire, and cannot delete keys",
    run(Effect.gen(function*() {
      const opened = yield* setUp
      yield* old(opened, 1)
      const { store } = yield* Stores.open(yield* LoginRole.ofKind(opened, ["writer"]), { migrate: false })
      yield* store.append(Stores.freshStream(), [Stores.event()], keyed("kept", { neverExpires: true }))
      expect((yield* Effect.flip(store.forgetKeys(year2001))).message)
        .toBe("forget keys failed: permission denied for function forget_keys: grant the role EXECUTE on forget_keys")
      expect(yield* keys(opened)).toEqual(["kept", "old 1"])
    }))
  )

  test(
    "with the rights to read finds a given key, and cannot list keys",
    run(Effect.gen(function*() {
      const opened = yield* setUp
      const { stream } = (yield* opened.store.append(Stores.freshStream(), [Stores.event()], keyed("known"))).streams[0]
      yield* opened.store.append(stream, [Stores.event()], { idempotency: { key: "content" } })
      const { browser, sql } = yield* Stores.open(yield* LoginRole.ofKind(opened, ["reader"]), { migrate: false })
      const found = yield* Effect.forEach(["known", "content"], browser.findKey)
      expect(found.map(Option.getOrThrow)).toMatchObject([
        {
          fingerprint: createHash("sha256").update("given:f").digest("hex"),
          answer: { streams: [{ stream, version: 1 }] }
        },
        { fingerprint: undefined, answer: { streams: [{ stream, version: 2 }] } }
      ])
      const { reason } = yield* Effect.flip(sql`select key from refold.idempotency_keys`)
      expect(reason.cause).toMatchObject({ code: "42501" })
    }))
  )

  test(
    "with the rights to expire keys deletes keys that may expire, and can do nothing else",
    run(Effect.gen(function*() {
      const opened = yield* setUp
      yield* old(opened, 2, 1)
      const { sql, store } = yield* Stores.open(yield* LoginRole.ofKind(opened, ["key-expiry"]), { migrate: false })
      for (
        const statement of [
          "select key from refold.idempotency_keys",
          "delete from refold.idempotency_keys",
          "update refold.idempotency_keys set never_expires = false",
          "update refold.idempotency_keys set created_at = '2000-01-01'",
          "select from refold.idempotency_keys for update"
        ]
      ) {
        const { reason } = yield* Effect.flip(sql.unsafe(statement))
        expect([statement, reason.cause]).toMatchObject([statement, { code: "42501" }])
      }
      const expired = IdempotencyKeys.expire({ olderThan: "7 days" })
      expect(yield* Effect.provideService(expired, EventStore, store)).toBe(1)
      expect(yield* keys(opened)).toEqual(["old 1"])
      expect(yield* Effect.flip(store.append(Stores.freshStream(), [Stores.event()])))
        .toMatchObject({
          message:
            "append failed: permission denied for function append_one_event: grant the role EXECUTE on append_one_event"
        })
    }))
  )
})
