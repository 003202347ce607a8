// Two concurrent imports into one store, and look-ups of idempotency keys during an import.
import * as MemoryStore from "@refold/memory/MemoryStore"
import { EventStore } from "@refold/store/log/EventStore"
import { LogBrowser } from "@refold/store/log/LogBrowser"
import * as Store from "@refold/store/maintain/Store"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { expect, it } from "vitest"
import * as PostgresStore from "../../src/PostgresStore.ts"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import { freshDatabase } from "../support/freshDatabase.ts"
import * as Stores from "../support/Stores.ts"
import * as WholeStores from "../support/WholeStores.ts"

const serverAt = (url: string) => PostgresStore.layer({ url: Redacted.make(url) })
const server = Layer.unwrap(Effect.suspend(() => Effect.map(freshDatabase(), serverAt)))
const adapters = [["memory", MemoryStore.layer], ["embedded", EmbeddedStore.layer()], ["server", server]] as const

const run = <E>(body: Effect.Effect<void, E, Scope.Scope>) => () => Effect.runPromise(Effect.scoped(body))

const filled = Effect.gen(function*() {
  const store = yield* Layer.build(Layer.fresh(MemoryStore.layer))
  yield* Effect.provideContext(WholeStores.fill, store)
  return yield* WholeStores.linesOf(store)
})

it.each(adapters)(
  "an import into %s that was given up cannot end an import that began after it",
  (_, layer) =>
    run(Effect.gen(function*() {
      const [lines, other] = [yield* filled, yield* filled]
      const store = yield* Layer.build(Layer.fresh(layer))
      const importing = (given: Stream.Stream<string>) => Effect.provideContext(Store.importLines(given), store)
      yield* Effect.flip(WholeStores.importInto(store, lines.slice(0, -1)))
      const trailer = Effect.gen(function*() {
        expect(yield* Effect.provideContext(Store.abandonImport, store)).toBe(true)
        yield* Effect.flip(WholeStores.importInto(store, other.slice(0, 3)))
        return lines.at(-1)!
      }).pipe(Effect.orDie)
      const rest = Stream.concat(Stream.fromIterable(lines.slice(0, -1)), Stream.fromEffect(trailer))
      expect(yield* Effect.flip(importing(rest))).toMatchObject({ _tag: "ImportMismatch" })
      expect(yield* WholeStores.importInto(store, other)).toMatchObject({ resumedAfter: 3, counts: { events: 6 } })
    }))()
)

it.each(adapters)(
  "of two concurrent imports of a file into %s the one that is behind fails with the reason",
  (_, layer) =>
    run(Effect.gen(function*() {
      const lines = yield* filled
      const store = yield* Layer.build(Layer.fresh(layer))
      const ahead = Effect.orDie(Effect.flip(WholeStores.importInto(store, lines.slice(0, 5))))
      const behind = Stream.concat(
        Stream.fromIterable(lines.slice(0, 4)),
        Stream.fromEffect(Effect.as(ahead, lines[4]!))
      )
      expect(yield* Effect.flip(Effect.provideContext(Store.importLines(behind), store)))
        .toMatchObject({ _tag: "ImportMismatch" })
      expect(yield* WholeStores.importInto(store, lines)).toMatchObject({ resumedAfter: 5, counts: { events: 6 } })
    }))()
)

it(
  "during an import no idempotency key is reported as new",
  run(Effect.gen(function*() {
    const lines = yield* filled
    const url = yield* freshDatabase()
    const store = yield* Layer.build(serverAt(url))
    const sql = yield* Stores.connect(url)
    yield* Effect.flip(WholeStores.importInto(store, lines.slice(0, 4)))
    const { findAppended } = Context.get(store, EventStore)
    const { findKey } = Context.get(store, LogBrowser)
    for (const look of [findAppended({ key: "given", fingerprint: "f" }), findKey("given")]) {
      expect(yield* Effect.flip(Effect.asVoid(look as Effect.Effect<unknown, Error>)))
        .toMatchObject({ _tag: "EventStoreError", cause: { _tag: "StoreIncomplete" } })
    }
    expect(yield* Effect.flip(sql`SELECT * FROM refold.first_answer('given', 'f')`))
      .toMatchObject({ reason: { cause: { code: "RF011" } } })
    yield* WholeStores.importInto(store, lines)
    expect(yield* findAppended({ key: "given", fingerprint: "f" })).toMatchObject({ _tag: "Some" })
    expect(yield* findKey("given")).toMatchObject({ _tag: "Some" })
  }))
)
