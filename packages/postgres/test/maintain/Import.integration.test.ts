// Stores that are exported and imported, from and to each adapter.
import * as MemoryStore from "@refold/memory/MemoryStore"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import { Maintenance } from "@refold/store/maintain/Maintenance"
import * as Store from "@refold/store/maintain/Store"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { expect, it } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Stores from "../support/Stores.ts"

const server = Layer.unwrap(Effect.map(freshDatabase(), (url) => PostgresStore.layer({ url: Redacted.make(url) })))
const adapters = [["memory", MemoryStore.layer], ["embedded", EmbeddedStore.layer()], ["server", server]] as const

it.each(adapters.flatMap(([from, source]) => adapters.map(([to, target]) => [from, to, source, target] as const)))(
  "a store in %s is imported into one in %s",
  (_, __, source, target) =>
    Effect.runPromise(Effect.scoped(Effect.gen(function*() {
      const from = yield* Layer.build(Layer.fresh(source))
      const to = yield* Layer.build(Layer.fresh(target))
      const store = Context.get(from, EventStore)
      const [one, two] = [Stores.freshStream(), Stores.freshStream()]
      yield* store.append(one, [Stores.event({ data: { a: 1, b: [1.5, "x"] } }), Stores.event()], { idempotency: { key: "k1" } })
      yield* store.commit({
        writes: [
          { stream: two, expected: { _tag: "Any" }, events: [Stores.event()] },
          { stream: one, expected: { _tag: "Any" }, events: [Stores.event(), Stores.event()] }
        ],
        idempotency: { key: "k2", fingerprint: "given" }
      })
      const lines = yield* Stream.runCollect(Effect.provideContext(Stream.runCollect(Store.exportLines), from).pipe(Stream.fromIterableEffect))
      yield* Effect.provideContext(Store.importLines(Stream.fromIterable(lines), { dryRun: true }), to)
      const imported = yield* Effect.provideContext(Store.importLines(Stream.fromIterable(lines)), to)
      expect(imported).toMatchObject({ counts: { events: 5, keys: 2 }, resumedAfter: 0 })
      const again = yield* Effect.provideContext(Stream.runCollect(Store.exportLines), to)
      console.log(lines.join("\n"), again.join("\n"))
      const stored = Context.get(to, EventStore)
      expect(yield* stored.findAppended({ key: "k2", fingerprint: "given" })).toMatchObject({ value: { deduplicated: true } })
      yield* stored.append(one, [Stores.event()])
    })))
)
