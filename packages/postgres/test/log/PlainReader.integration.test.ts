import * as EventStoreSuite from "@refold/laws/EventStoreSuite"
import * as ConcurrencyLaws from "@refold/laws/internal/log/ConcurrencyLaws"
import * as EventStore from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import { expect, it } from "vitest"
import { layer, transaction } from "../support/Server.ts"

// The common way to read a log in PostgreSQL, which loses events: `position > checkpoint`, without checking whether a
// lower position may still commit. The adapter reads the events, one at a time, so that nothing else differs.
const plainReader = Layer.effect(
  EventStore.EventStore,
  Effect.gen(function*() {
    const store = yield* EventStore.EventStore
    const sql = yield* SqlClient.SqlClient
    const readAll: typeof store.readAll = (options) =>
      Stream.unwrap(Effect.map(
        Effect.orDie(sql<{ stream: string; version: bigint }>`
          SELECT stream, version FROM refold.event_store WHERE "position" > ${
          options?.after ?? 0
        } ORDER BY "position"`),
        (rows) =>
          Stream.flatMap(Stream.fromArray(rows), ({ stream, version }) =>
            store.readStream(stream as never, { after: Number(version) - 1 as never, limit: 1 }))
      ))
    return { ...store, readAll }
  })
)

it("a reader that selects positions above its last one misses events, and the law detects it", async () => {
  const law = EventStoreSuite.properties({ transaction })
    .find((property) => property.law === ConcurrencyLaws.tailMissesNothing(transaction).name)!
  const runtime = ManagedRuntime.make(Layer.provideMerge(plainReader, layer))
  const verdict = await law.check({ runs: 500, run: runtime.runPromise })
  await runtime.dispose()
  expect(verdict).toMatchObject({ _tag: "Broken", law: law.law })
})
