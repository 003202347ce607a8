// Large commits: what one transaction can lock and one statement can carry.
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

test(
  "a commit may hold 20,000 events, read back in their order",
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
  "a commit may write to 5,000 streams",
  run(Effect.gen(function*() {
    const { store } = yield* Stores.Database
    const writes = Arr.makeBy(5_000, () => ({
      stream: Stores.freshStream(),
      expected: { _tag: "NoStream" } as const,
      events: [Stores.event()] as const
    }))
    const { streams } = yield* store.commit({ writes })
    expect(streams.map(({ stream, version }) => [stream, version])).toEqual(writes.map(({ stream }) => [stream, 1]))
  }))
)
