// Large commits: the limits of locks in a transaction and of the size of a statement.
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

test(
  "a commit may have 20,000 events, which are read back in order",
  run(Effect.gen(function*() {
    const { store } = yield* Stores.Database
    const stream = Stores.freshStream()
    const events = Arr.makeBy(20_000, (n) => Stores.event({ data: { n } }))
    const { position, streams } = yield* store.append(stream, events, { idempotency: { key: "many events" } })
    expect(streams).toMatchObject([{ firstVersion: 1, version: 20_000, position }])
    const read = yield* Stores.readStream(store, stream)
    expect(read.map(({ id, version }) => [id, version])).toEqual(events.map(({ id }, n) => [id, n + 1]))
    expect(yield* Stores.readIds(store)).toEqual(events.map(({ id }) => id))
  }))
)

test(
  "a commit may write to 1,000 streams",
  run(Effect.gen(function*() {
    const { store } = yield* Stores.Database
    const writes = Arr.makeBy(1_000, () => ({
      stream: Stores.freshStream(),
      expected: { _tag: "NoStream" } as const,
      events: [Stores.event()] as const
    }))
    const { streams } = yield* store.commit({ writes })
    expect(streams.map(({ stream, version }) => [stream, version])).toEqual(writes.map(({ stream }) => [stream, 1]))
  }))
)

test(
  "every function refuses a commit of more than 1,000 writes with the same message, before it takes a lock",
  run(Effect.gen(function*() {
    const { sql, store } = yield* Stores.Database
    const writes = Arr.makeBy(1_001, (n) => ({
      stream: Stores.streamName(`many-${n}`),
      expected: { _tag: "Any" } as const,
      events: [Stores.event()] as const
    }))
    const words = { field: "writes", rule: "must not have more than 1000 elements" }
    expect(yield* Effect.flip(store.commit({ writes }))).toMatchObject({ _tag: "InvalidInput", ...words })
    const document = writes.map(({ stream }) => ({ stream, events: [{ type: "A", data: 1 }] }))
    const refusals = [
      Effect.flip(sql`select * from refold.commit_events(${JSON.stringify(document)}::text::jsonb)`),
      Effect.flip(Stores.appendEvents(sql, [{ writes: writes.map(({ stream }) => ({ stream, ids: [randomUUID()] })) }]))
    ]
    for (const refusal of refusals) {
      const { reason } = yield* refusal
      const { code, detail }: { readonly code?: string; readonly detail?: string } = Object(reason.cause)
      expect([code, JSON.parse(detail ?? "null")]).toEqual(["22023", words])
    }
    expect(yield* sql`select refold.stream_version('many-0') as version`).toEqual([{ version: 0n }])
  }))
)

test(
  "commit_events names the second write to a stream, at any index",
  run(Effect.gen(function*() {
    const { sql } = yield* Stores.Database
    const document = [...Arr.makeBy(999, (n) => `repeated-${n}`), "repeated-7"]
      .map((stream) => ({ stream, events: [{ type: "A", data: 1 }] }))
    const { reason } = yield* Effect.flip(
      sql`select * from refold.commit_events(${JSON.stringify(document)}::text::jsonb)`
    )
    expect(reason.cause).toMatchObject({ message: "writes[999].stream must not be in a commit twice" })
  }))
)
