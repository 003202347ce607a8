import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { EventReader, LogWentBack, MemoryStore, Position } from "refold"
import { afterAll, describe, expect, it } from "vitest"
import { Http } from "../src/index.ts"
import * as Client from "./support/Client.ts"
import { apiOf } from "./support/Sample.ts"
import * as Sse from "./support/Sse.ts"
import { until } from "./support/Until.ts"

const { get, handler, post } = Client.open()
const open = (path = "/events", headers: Record<string, string> = {}) => Sse.open(handler, path, headers)

describe("GET /events", () => {
  it("sends stored events, then new ones, each with a cursor as its id and its type", async () => {
    await post("/wallet/e1/Deposit", { cents: 1 })
    const source = await open()
    expect(source.response.headers.get("content-type")).toBe("text/event-stream")
    expect(await source.next()).toEqual({ retry: "3000" })
    const first = await source.next()
    expect(first).toMatchObject({ event: "Deposited", data: { stream: "wallet-e1", version: 1, data: { cents: 1 } } })
    await post("/wallet/e2/Deposit", { cents: 2 })
    expect(await source.next()).toMatchObject({ data: { stream: "wallet-e2" } })
    await source.close()
  })

  it("continues after Last-Event-ID, or after a cursor or a position in the URL", async () => {
    const source = await open()
    await source.next()
    const { id = "", data } = await source.next()
    await source.close()
    const after = [
      await open("/events", { "last-event-id": id }),
      await open(`/events?cursor=${encodeURIComponent(id)}`),
      await open(`/events?after=${data.position}`)
    ]
    for (const one of after) {
      await one.next()
      expect(await one.next()).toMatchObject({ data: { stream: "wallet-e2" } })
      await one.close()
    }
  })

  it("prefers Last-Event-ID to the URL, which a browser repeats when it reconnects", async () => {
    const source = await open()
    await source.next()
    const { id = "" } = await source.next()
    await source.close()
    const again = await open("/events?after=0", { "last-event-id": id })
    await again.next()
    expect(await again.next()).toMatchObject({ data: { stream: "wallet-e2" } })
    await again.close()
  })

  it("refuses an invalid cursor with 400", async () => {
    expect(await get("/events", { "last-event-id": "7" })).toMatchObject({ status: 400, body: { field: "cursor" } })
    expect(await get("/events?cursor=x.y.z")).toMatchObject({ status: 400, body: { field: "cursor" } })
    expect(await get("/events?after=x")).toMatchObject({ status: 400, body: { field: "after" } })
  })

  it("refuses a cursor of an event that is not in the log with 410", async () => {
    const cursor = "1.00000000-0000-7000-8000-000000000000.other"
    expect(await get("/events", { "last-event-id": cursor })).toMatchObject({
      status: 410,
      body: { type: "urn:refold:problem:LogWentBack", reason: "Gone", after: 1 }
    })
    expect(await get("/events?after=99999")).toMatchObject({ status: 410 })
  })

  it("sends only events of the requested types and categories", async () => {
    await post("/card/1/Issue", { to: "ada" })
    const cards = await open("/events?categories=card")
    await cards.next()
    expect(await cards.next()).toMatchObject({ event: "Issued" })
    await cards.close()
    const issued = await open("/events?types=Issued,Other")
    await issued.next()
    expect(await issued.next()).toMatchObject({ event: "Issued" })
    await issued.close()
  })

  it("advances the last id if the filter passes few events", async () => {
    const source = await open("/events?types=Unheard")
    const { id = "" } = await source.nextId()
    await source.close()
    const after = await open("/events?types=Deposited,Issued", { "last-event-id": id })
    await post("/wallet/e3/Deposit", { cents: 3 })
    await after.next()
    expect(await after.next()).toMatchObject({ data: { stream: "wallet-e3" } })
    await after.close()
  })

  it("refuses categories and types that are not served with 400", async () => {
    expect(await get("/events?categories=payroll")).toMatchObject({ status: 400, body: { field: "categories" } })
    expect(await get("/events?categories=")).toMatchObject({ status: 400 })
    const narrow = Client.open({ events: { types: ["Issued"] } })
    expect(await narrow.get("/events?types=Deposited")).toMatchObject({ status: 400, body: { field: "types" } })
  })

  it("is 404 if the API does not serve it", async () => {
    const closed = Client.open({ events: undefined })
    expect(await closed.get("/events")).toMatchObject({ status: 404 })
  })

  it("answers HEAD without a stream", async () => {
    const response = await handler(new Request("http://localhost/events", { method: "HEAD" }))
    expect([response.status, response.body]).toEqual([200, null])
  })

  it("sends comments while there are no events", async () => {
    const quiet = Client.open({ events: { keepAlive: "5 millis", retry: "1 second" } })
    const source = await Sse.open(quiet.handler, "/events", {})
    expect(await source.next()).toEqual({ retry: "1000" })
    expect(await source.next()).toEqual({ comment: "keep-alive" })
    await source.close()
  })
})

/** A reader that counts its subscriptions, and can fail them. */
const watched = () => {
  const counts = { open: 0 }
  const failure: { raise: (error: LogWentBack.LogWentBack) => void } = { raise: () => {} }
  const error = new Promise<LogWentBack.LogWentBack>((resolve) => {
    failure.raise = resolve
  })
  const layer = Layer.effect(
    EventReader.EventReader,
    Effect.map(EventReader.EventReader, (reader) =>
      EventReader.EventReader.of({
        ...reader,
        subscribeWithCursors: (options) =>
          Stream.unwrap(
            Effect.map(
              Effect.acquireRelease(
                Effect.sync(() => counts.open++),
                () => Effect.sync(() => counts.open--)
              ),
              () =>
                Stream.merge(
                  reader.subscribeWithCursors(options),
                  Stream.fromEffectDrain(Effect.flatMap(Effect.promise(() => error), Effect.fail))
                )
            )
          )
      }))
  ).pipe(Layer.provideMerge(MemoryStore.layer))
  const runtime = ManagedRuntime.make(layer)
  return { counts, failure, runtime }
}

describe("a stream of events", () => {
  const first = watched()
  afterAll(() => first.runtime.dispose())
  const web = Http.toWebHandlerWith(apiOf(), (effect) => first.runtime.runPromise(effect))

  it("ends its subscription when the client disconnects", async () => {
    const source = await Sse.open(web.handler, "/events", {})
    await source.next()
    await until(() => first.counts.open === 1)
    await source.close()
    await until(() => first.counts.open === 0)
    expect(await source.next()).toBeUndefined()
  })

  it("ends its subscription when the request is aborted", async () => {
    const abort = new AbortController()
    const response = await web.handler(new Request("http://localhost/events", { signal: abort.signal }))
    const source = Sse.of(response)
    await source.next()
    await until(() => first.counts.open === 1)
    abort.abort()
    await until(() => first.counts.open === 0)
    expect(await source.next()).toBeUndefined()
  })

  it("reports in a last event that the log went back, and ends", async () => {
    const source = await Sse.open(web.handler, "/events", {})
    await source.next()
    first.failure.raise(
      new LogWentBack.LogWentBack({
        reason: "Gone",
        after: Position.Position(9),
        eventId: undefined,
        last: Position.Position(3)
      })
    )
    expect(await source.next()).toMatchObject({
      event: "refold.problem",
      data: { type: "urn:refold:problem:LogWentBack", status: 410, after: 9, last: 3 }
    })
    expect(await source.next()).toBeUndefined()
    await until(() => first.counts.open === 0)
  })

  it("ends when the handler is disposed", async () => {
    const second = watched()
    const other = Http.toWebHandlerWith(apiOf(), (effect) => second.runtime.runPromise(effect))
    const source = await Sse.open(other.handler, "/events", {})
    await source.next()
    await other.dispose()
    expect(await source.next()).toBeUndefined()
    await until(() => second.counts.open === 0)
    await second.runtime.dispose()
  })
})
