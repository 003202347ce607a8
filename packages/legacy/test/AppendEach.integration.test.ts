// append_each keeps the rules of append_events: which writes it refuses, and the order in which readers find its events.
import type * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as SqlClient from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { expect, test } from "vitest"
import * as Following from "../../postgres/test/support/Following.ts"
import { below, random } from "../../postgres/test/support/Seed.ts"
import * as Stores from "../../postgres/test/support/Stores.ts"
import * as LegacyTable from "../src/LegacyTable.ts"

const run = Stores.runner()

/** The store of this file, with the function in it. */
const installed = Effect.tap(
  Stores.Database,
  ({ sql }) => Effect.provideService(LegacyTable.install({ store: "refold" }), SqlClient.SqlClient, sql)
)

interface Write {
  readonly stream: string
  readonly expected: number
  readonly ids: ReadonlyArray<string>
}

interface Refused {
  readonly write: number
  readonly actual: bigint
  readonly known_event: string | null
}

const appendEach = (sql: PgClient.PgClient, writes: ReadonlyArray<Write>) => {
  const events = writes.flatMap(({ expected, ids }, write) =>
    ids.map((id, index) => ({ id, write: write + 1, version: BigInt(expected + index + 1) }))
  )
  return sql<Refused>`select * from refold.append_each(
    ${writes.map(({ stream }) => stream)}::text[], ${writes.map(({ expected }) => BigInt(expected))}::bigint[],
    ${events.map(({ write }) => write)}::int[], ${events.map(({ version }) => version)}::bigint[],
    ${events.map(({ id }) => id)}::text[]::uuid[], ${events.map(() => "Happened")}::text[],
    ${events.map(() => 1)}::smallint[], ${events.map(() => "{}")}::text[]::jsonb[],
    ${events.map(() => "{}")}::text[]::jsonb[], ${events.map(() => "2020-01-01T00:00:00Z")}::text[]::timestamptz[]
  ) order by write`
}

const ids = (count: number): ReadonlyArray<string> => Array.from({ length: count }, () => randomUUID())

test(
  "it refuses the writes that a batch of commits refuses, and stores the others",
  run(Effect.gen(function*() {
    const { sql, store } = yield* installed
    for (let round = 0; round < 20; round++) {
      const names = ["a", "b", "c", "d", "e"].map((name) => `${name}${round}`)
      const known = ids(1)
      const writes = Array.from({ length: 6 }, () => ({
        stream: names[below(5)]!,
        expected: below(3),
        ids: random() < 0.15 ? [...ids(1), ...known] : ids(1 + below(3))
      }))
      // Each category has ids of its own, with the same pattern of new and known ones.
      const twin = (category: string, ids: ReadonlyArray<string>) =>
        ids.map((id) => id.slice(0, -1) + (category === "each" ? "1" : "2"))
      const made = (category: string) =>
        writes.map(({ expected, ids, stream }) => ({
          stream: `${category}-${stream}`,
          expected,
          ids: twin(category, ids)
        }))
      for (const category of ["each", "one"]) {
        yield* Stores.appendEvents(sql, [
          { writes: [{ stream: `${category}-${names[0]!}`, ids: twin(category, known) }] },
          { writes: [{ stream: `${category}-${names[1]!}`, ids: twin(category, ids(2)) }] }
        ])
      }
      const answers = yield* Stores.appendEvents(sql, made("one").map((write) => ({ writes: [write] })))
      const refused = yield* appendEach(sql, made("each"))
      const second = (write: number) => writes.findIndex(({ stream }) => stream === writes[write]!.stream) < write
      for (const [index, { outcome }] of answers.entries()) {
        const isRefused = refused.some(({ write }) => write === index + 1)
        // The second write to a stream is always refused; a second commit may continue after the first.
        expect([index, isRefused]).toEqual([index, second(index) || outcome !== "appended"])
      }
      for (const name of names) {
        const each = yield* Stores.readStream(store, Stores.streamName(`each-${name}`))
        expect(each.map(({ version }) => version)).toEqual(each.map((_, index) => index + 1))
        const positions = each.map(({ position }) => position)
        expect(positions).toEqual(positions.toSorted((a, b) => a - b))
      }
    }
  }))
)

test(
  "its events have positions in the order of the writes",
  run(Effect.gen(function*() {
    const { sql } = yield* installed
    const writes = Array.from(
      { length: 300 },
      (_, n) => ({ stream: `order${n % 7}-${300 - n}`, expected: 0, ids: ids(3) })
    )
    const [last] = yield* sql<{ last: bigint }>`select last_value as last from refold.event_position`
    expect(yield* appendEach(sql, writes)).toEqual([])
    expect(yield* Following.storedAfter(sql, Number(last!.last))).toEqual(writes.flatMap(({ ids }) => ids))
  }))
)

test(
  "readers of the log stop before its uncommitted events",
  run(Effect.gen(function*() {
    const { reader, sql, store, url } = yield* installed
    const { untilSeen, ids: seen } = yield* Following.follow(reader.subscribe({ after: yield* reader.head }))
    const slow = yield* Stores.connect(url)
    const early = ids(2)
    yield* slow`begin`
    yield* appendEach(slow, [{ stream: Stores.freshStream(), expected: 0, ids: early }])
    const late = Stores.event()
    yield* store.append(Stores.freshStream(), [late])
    expect(yield* Stores.readIds(store)).not.toContain(late.id)
    yield* slow`commit`
    yield* untilSeen(late.id)
    expect(seen()).toEqual([...early, late.id])
    expect(yield* sql`select from refold.event_store where event_id = ${late.id}`).toHaveLength(1)
  }))
)

test(
  "of two calls on the same streams, in any order, the second waits and is refused",
  run(Effect.gen(function*() {
    const { sql, url } = yield* installed
    const streams = [Stores.freshStream(), Stores.freshStream(), Stores.freshStream()]
    const writes = streams.map((stream) => ({ stream, expected: 0, ids: ids(1) }))
    const [first, second] = [yield* Stores.connect(url), yield* Stores.connect(url)]
    yield* first`begin`
    expect(yield* appendEach(first, writes)).toEqual([])
    const pid = yield* Stores.backend(second)
    const waiting = yield* Effect.forkScoped(
      appendEach(second, writes.toReversed().map((write) => ({ ...write, ids: ids(1) })))
    )
    yield* Stores.untilWaiting(sql, pid)
    yield* first`commit`
    expect(yield* Fiber.join(waiting)).toEqual([1, 2, 3].map((write) => ({ write, actual: 1n, known_event: null })))
  }))
)
