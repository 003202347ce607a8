// The store with promises, on a server and embedded.
import * as Aggregate from "@refold/core/decide/Aggregate"
import * as Decider from "@refold/core/decide/Decider"
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as Projection from "@refold/core/project/Projection"
import * as Consumer from "@refold/store/consume/Consumer"
import * as OpenStore from "@refold/store/internal/promise/OpenStore"
import { EventReader } from "@refold/store/log/EventReader"
import * as Parked from "@refold/store/project/Parked"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { describe, expect, it } from "vitest"
import {
  migrate,
  openEmbedded,
  openPostgres,
  type PostgresOptions,
  type PostgresServices,
  type Store
} from "../src/promise.ts"
import * as EmbeddedStore from "./support/EmbeddedStore.ts"
import { freshDatabase } from "./support/freshDatabase.ts"

const Added = EventType.make("Added", Schema.Struct({ coins: Schema.Int }))
const codec = EventCodec.makeUnsafe([Added])

const decider = Decider.make<number, number, typeof Added.Event, { readonly _tag: "TooMany"; readonly coins: number }>({
  initialState: 0,
  evolve: (coins, event) => coins + event.coins,
  decide: (more, coins) =>
    coins + more > 100 ? { refused: { _tag: "TooMany", coins } } : { events: [Added.make({ coins: more })] }
})
const Jar = Aggregate.makeUnsafe({ category: "jar", events: codec, commands: Schema.Int, decider })
const Jars = Projection.makeUnsafe({
  name: "jars",
  version: 1,
  events: codec,
  keys: Projection.byStream,
  state: Schema.Struct({ coins: Schema.Int }),
  initialState: { coins: 0 },
  evolve: (state, { coins }) => ({ coins: state.coins + coins })
})

/** Runs with the url of a fresh database. */
const withDatabase = (use: (url: string) => Promise<void>): Promise<void> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(freshDatabase(), (url) => Effect.promise(() => use(url)))))

const withServer = (use: (store: Store<PostgresServices>) => Promise<void>, options?: PostgresOptions) =>
  withDatabase(async (url) => {
    await using store = await openPostgres(url, options)
    await use(store)
  })

const rejection = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined, (error) => error)

const setting = (name: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => sql<{ value: string }>`SELECT current_setting(${name}) AS value`).pipe(
    Effect.map(([row]) => row?.value)
  )

// Copies each jar to another one, by the handler of the store, in the context of the event. Returns the copy and the parked jars.
const copying = async (store: Store<PostgresServices>) => {
  const handle = store.handler(Jar)
  const copies = Consumer.makeUnsafe<typeof Added.Event>({
    name: "copies",
    events: codec,
    startAt: "start",
    handle: async ({ coins }, { key, stream }, { signal }) => {
      if (stream === "jar-copy") return
      if (coins === 13) throw new Error("13 brings bad luck")
      await handle("copy", coins, { idempotencyKey: key, signal })
    }
  })
  await handle("a", 3)
  await handle("b", 13)
  await handle("c", 4)
  await store.effect(Consumer.catchUp(copies, { attempts: 1 }))
  const parked = await store.effect(Parked.list(Consumer.target(copies)))
  return { copied: (await store.load(Jar, "copy")).state, parked: parked.map(({ stream }) => stream) }
}

const serving = async (store: Store<PostgresServices>) => {
  const handle = store.handler(Jar)
  await using _ = await store.project(Jars)
  const first = await handle("a", 60)
  const refused = await handle.try("a", 41)
  const last = await handle("a", 40)
  const row = await store.rows(Jars).after(last).get("jar-a")
  const seen: Array<number> = []
  for await (const { position } of store.subscribe()) {
    seen.push(position)
    if (seen.length === 2) break
  }
  return { first: first.state, refused, row: row?.state, seen: seen.length }
}

const served = {
  first: 60,
  refused: { ok: false, error: { _tag: "Refused", refusal: { _tag: "TooMany", coins: 60 } } },
  row: { coins: 100 },
  seen: 2
}

describe("a store with promises on a server", () => {
  it("handles, refuses, projects and subscribes", () =>
    withServer(async (store) => {
      expect(await serving(store)).toMatchObject(served)
    }))

  it("passes a signal to an async handler of a consumer, with which the handler appends events caused by the event", () =>
    withServer(async (store) => {
      expect(await copying(store)).toEqual({ copied: 7, parked: ["jar-b"] })
    }))

  it("rolls back what a failing async handler stored with its signal in the transaction of the batch", () =>
    withServer(async (store) => {
      const handle = store.handler(Jar)
      const copies = Consumer.makeUnsafe<typeof Added.Event>({
        name: "copies",
        events: codec,
        startAt: "start",
        inTransaction: true,
        handle: async ({ coins }, { stream }, { signal }) => {
          if (stream === "jar-copy") return
          await handle("copy", coins, { signal })
          if (coins === 13) throw new Error("13 brings bad luck")
        }
      })
      for (const [id, coins] of [["a", 3], ["b", 13], ["c", 4]] as const) await handle(id, coins)
      await store.effect(Consumer.catchUp(copies, { attempts: 1 }))
      expect((await store.load(Jar, "copy")).state).toBe(7)
    }))

  it("fails with the remedy if a migration is due and it may not migrate; `migrate` runs it", () =>
    withDatabase(async (url) => {
      expect(await rejection(openPostgres(url, { migrate: false }))).toMatchObject({ _tag: "EventStoreError" })
      await migrate(url)
      await migrate(url)
      await using store = await openPostgres(url, { migrate: false })
      expect(await store.effect(Effect.flatMap(EventReader, ({ head }) => head))).toBe(0)
    }))

  it("rejects a malformed url, with an error that does not contain it", async () => {
    const errors = await Promise.all([
      rejection(openPostgres("postgres://ada:secret@127.0.0.1:1/x?nope=1")),
      rejection(openPostgres("postgres://ada:secret@127.0.0.1:1/x", { retryReadsFor: 0 }))
    ])
    expect(errors.map((error) => error instanceof Error)).toEqual([true, true])
    expect(JSON.stringify(errors) + String(errors)).not.toContain("secret")
  })

  it("is not opened with an aborted signal", async () => {
    await expect(openPostgres("postgres://127.0.0.1:1/x", { signal: AbortSignal.abort("why") })).rejects.toBe("why")
    await expect(migrate("postgres://127.0.0.1:1/x", { signal: AbortSignal.abort("why") })).rejects.toBe("why")
  })

  it("rejects an aborted command at once; a command that was already sent is stored", () =>
    withServer(async (store) => {
      const handle = store.handler(Jar)
      await handle("a", 1)
      const lock = Promise.withResolvers<void>()
      const isLocked = Promise.withResolvers<void>()
      const holding = store.effect(Effect.flatMap(SqlClient.SqlClient, (sql) =>
        sql.withTransaction(Effect.andThen(
          sql`LOCK TABLE refold.event_store IN ACCESS EXCLUSIVE MODE`,
          Effect.promise(() => {
            isLocked.resolve()
            return lock.promise
          })
        ))))
      await isLocked.promise
      const controller = new AbortController()
      const sent = handle("a", 2, { signal: controller.signal, idempotencyKey: "k" })
      await new Promise((resolve) => setTimeout(resolve, 100))
      controller.abort("enough")
      await expect(sent).rejects.toBe("enough")
      lock.resolve()
      await holding
      // Whether or not the first one was stored, the command has one effect.
      expect((await handle("a", 2, { idempotencyKey: "k" })).state).toBe(3)
      expect((await store.load(Jar, "a")).state).toBe(3)
    }))

  it("waits on close for the appends that were sent", () =>
    withDatabase(async (url) => {
      const store = await openPostgres(url)
      const handle = store.handler(Jar)
      const sent = Array.from({ length: 20 }, (_, n) => handle(`${n}`, n))
      await store.close()
      expect((await Promise.all(sent)).map(({ state }) => state)).toEqual(sent.map((_, n) => n))
      expect(await rejection(handle("a", 1))).toMatchObject({ _tag: "StoreClosed" })
    }))
})

describe("an embedded store with promises", () => {
  it("handles, refuses, projects and subscribes", async () => {
    await using store = await OpenStore.open(EmbeddedStore.layer())
    expect(await serving(store)).toMatchObject(served)
  })

  it("runs an async handler of a consumer in the transaction of its batch, with its signal", async () => {
    await using store = await openEmbedded()
    expect(await copying(store)).toEqual({ copied: 7, parked: ["jar-b"] })
  })
})

describe("the pool of a server", () => {
  it("has the settings of its options", () =>
    withServer(async (store) => {
      expect(await store.effect(setting("application_name"))).toBe("bookings")
      expect(await store.effect(setting("statement_timeout"))).toBe("5s")
      expect(await store.effect(setting("default_transaction_isolation"))).toBe("read committed")
    }, { applicationName: "bookings", statementTimeout: "5 seconds", connectTimeout: "3 seconds", minConnections: 1 }))

  it("has the application name of the url, or refold without one", () =>
    withDatabase(async (url) => {
      const named = new URL(url)
      named.searchParams.set("application_name", "from-url")
      await using byUrl = await openPostgres(named.href)
      await using byDefault = await openPostgres(url)
      expect(await byUrl.effect(setting("application_name"))).toBe("from-url")
      expect(await byDefault.effect(setting("application_name"))).toBe("refold")
    }))

  it("cancels a statement that exceeds statementTimeout, and stays usable", () =>
    withServer(async (store) => {
      const slow = Effect.flatMap(SqlClient.SqlClient, (sql) => sql`SELECT pg_sleep(30)`)
      expect(await rejection(store.effect(slow))).toMatchObject({ _tag: "SqlError" })
      expect((await store.handler(Jar)("a", 1)).state).toBe(1)
    }, { statementTimeout: "1 second" }))

  it.each<[string, PostgresOptions]>([
    ["maxConnections", { maxConnections: 0 }],
    ["minConnections", { minConnections: 11 }],
    ["minConnections", { minConnections: -1 }],
    ["idleTimeout", { idleTimeout: 0 }],
    ["connectionTTL", { connectionTTL: "0 seconds" }],
    ["connectTimeout", { connectTimeout: -1 }],
    ["applicationName", { applicationName: "" }],
    ["applicationName", { applicationName: "a\nb" }],
    ["statementTimeout", { statementTimeout: 0 }],
    ["statementTimeout", { statementTimeout: "30 days" }],
    ["statementTimeout", { statementTimeout: "1 second", pooler: true }]
  ])("is refused if %s breaks its rule", async (field, options) => {
    expect(await rejection(openPostgres("postgres://127.0.0.1:1/x", options)))
      .toMatchObject({ _tag: "InvalidInput", field })
  })
})
