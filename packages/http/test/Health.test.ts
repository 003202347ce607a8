import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { randomUUID } from "node:crypto"
import {
  Consumer,
  EventId,
  EventReader,
  EventStore,
  EventStoreError,
  MemoryStore,
  Process,
  ProcessHandler,
  ProcessRunner,
  Projector,
  StreamName
} from "refold"
import { describe, expect, it, onTestFinished } from "vitest"
import { Http } from "../src/index.ts"
import * as Client from "./support/Client.ts"
import { apiOf, codec, Wallet, type WalletEvent, Wallets } from "./support/Sample.ts"
import { until } from "./support/Until.ts"

const on = <E>(layer: Layer.Layer<Http.Services, E>) => {
  const web = Http.toWebHandler(apiOf(), layer)
  onTestFinished(() => web.dispose())
  return Client.of(web.handler)
}

const running = (projection: typeof Wallets) =>
  Layer.effectDiscard(Projector.start(projection)).pipe(Layer.provideMerge(MemoryStore.layer))

describe("/health and /ready", () => {
  it("report that the rows are ready, and their checkpoint", async () => {
    const { get } = on(running(Wallets))
    await until(async () => (await get("/ready")).status === 200)
    const rows = [{ projection: "wallets", status: "ready", position: 0, lag: 0, lagSeconds: 0, parked: 0 }]
    expect(await get("/ready")).toMatchObject({ status: 200, body: { status: "ready", projections: rows } })
    expect(await get("/health")).toMatchObject({ status: 200, body: { status: "up", store: "up", projections: rows } })
  })

  it("a service whose rows were never built is degraded and not ready", async () => {
    const { get } = on(MemoryStore.layer)
    expect(await get("/health")).toMatchObject({ status: 200, body: { status: "degraded", store: "up" } })
    expect(await get("/ready")).toMatchObject({
      status: 503,
      headers: { "retry-after": "1" },
      body: { type: "urn:refold:problem:NotReady", detail: "rows of wallets: unknown" }
    })
  })

  it("a service whose rows belong to newer code is not ready", async () => {
    const { get } = on(running({ ...Wallets, version: 2 }))
    await until(async () => (await get("/ready")).body.detail === "rows of wallets: outdated")
    expect(await get("/ready")).toMatchObject({ status: 503 })
  })

  it("a service whose rows were never built, because an event is too new, is not ready", async () => {
    const append = Effect.flatMap(
      EventStore.EventStore,
      ({ append }) =>
        append(Result.getOrThrow(StreamName.make("wallet", "a")), [{
          id: Result.getOrThrow(EventId.parse(randomUUID())),
          type: "Deposited",
          schemaVersion: 2,
          data: {},
          metadata: {},
          occurredAt: DateTime.makeUnsafe(0)
        }])
    )
    const { get } = on(
      Layer.effectDiscard(Effect.andThen(append, Projector.start(Wallets))).pipe(Layer.provideMerge(MemoryStore.layer))
    )
    await until(async () => (await get("/ready")).body.detail === "rows of wallets: outdated")
    expect((await get("/health")).body).toMatchObject({ status: "degraded", projections: [{ status: "outdated" }] })
  })

  it("count the parked streams of consumers and processes, and the service stays ready", async () => {
    const failing = Consumer.makeUnsafe<WalletEvent>({
      name: "mails",
      events: codec,
      startAt: "start",
      handle: () => Effect.fail("no mail")
    })
    const lost = Process.makeUnsafe<WalletEvent, null>({
      name: "lost",
      events: codec,
      targets: [Wallet],
      correlate: () => {
        throw new Error("whose?")
      },
      initialState: null,
      evolve: () => null,
      react: () => []
    })
    const { get, post } = on(
      Layer.effectDiscard(Effect.gen(function*() {
        yield* Projector.start(Wallets)
        yield* Consumer.start(failing, { attempts: 1 })
        yield* ProcessRunner.start(lost, { handlers: [ProcessHandler.of(Wallet)] })
      })).pipe(Layer.provideMerge(MemoryStore.layer))
    )
    await post("/wallet/a/Deposit", { cents: 5 })
    const parkedOf = async () => {
      const { consumers, processes, status } = (await get("/health")).body
      return { status, parked: [...consumers, ...processes].map(({ name, parked }) => `${name} ${parked}`) }
    }
    await until(async () => (await parkedOf()).parked.filter((one) => one.endsWith(" 1")).length === 2)
    expect(await parkedOf()).toEqual({ status: "degraded", parked: ["mails 1", "lost observer 1"] })
    await until(async () => (await get("/ready")).status === 200)
  })

  it("a service whose store does not answer is degraded and not ready, and shows no cause", async () => {
    const error = new EventStoreError.EventStoreError({ operation: "read", cause: new Error("secret") })
    const down = Layer.effect(
      EventReader.EventReader,
      Effect.map(
        EventReader.EventReader,
        (reader) => EventReader.EventReader.of({ ...reader, bound: Effect.fail(error) })
      )
    ).pipe(Layer.provideMerge(MemoryStore.layer))
    const { get } = on(down)
    expect(await get("/health")).toMatchObject({
      status: 200,
      body: { status: "degraded", store: "down", projections: [] }
    })
    const { body, status } = await get("/ready")
    expect(status).toBe(503)
    expect(JSON.stringify(body)).not.toContain("secret")
  })
})
