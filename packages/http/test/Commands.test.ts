import { versionConflict } from "@refold/core/journal/AppendError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import {
  Aggregate,
  Causation,
  EventReader,
  EventStoreError,
  ExpectedVersion,
  type Json,
  MemoryStore,
  StreamVersion
} from "refold"
import { describe, expect, it, vi } from "vitest"
import { Http } from "../src/index.ts"
import * as Client from "./support/Client.ts"
import { appendFails, type CommandFailure, streamOf } from "./support/Failing.ts"
import { apiOf, Card, codec, layer, Wallet, type WalletCommand } from "./support/Sample.ts"

const { ask, get, post } = Client.open()

describe("a command", () => {
  it("is answered with its events, the state, the version as ETag and the position", async () => {
    const { body, headers, status } = await post("/wallet/ada/Deposit", { cents: 300 })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      stream: "wallet-ada",
      version: 1,
      events: [{ type: "Deposited", schemaVersion: 1, data: { cents: 300 } }],
      state: { balance: 300, last: null }
    })
    expect(headers).toMatchObject({ etag: "\"1\"", "refold-position": String(body.position) })
  })

  it("has no parameters: a misspelt header in the URL is not ignored", async () => {
    const refused = await post("/wallet/query/Deposit?Idempotency-Key=1", { cents: 1 })
    expect(refused).toMatchObject({ status: 400, body: { field: "Idempotency-Key" } })
    expect(await get("/wallet/query")).toMatchObject({ status: 404 })
  })

  it("may have the tag in its body, if it is that of the path", async () => {
    expect(await post("/wallet/tag/Deposit", { _tag: "Deposit", cents: 1 })).toMatchObject({ status: 200 })
    expect(await post("/wallet/tag/Deposit", { _tag: "Touch", cents: 1 })).toMatchObject({
      status: 400,
      body: { issues: [{ path: "_tag" }] }
    })
  })

  it("without fields needs no body", async () => {
    expect(await ask("POST", "/wallet/nobody/Touch")).toMatchObject({ status: 200, body: { version: 0, events: [] } })
  })

  it("without a shown state is answered without one, and there is no GET", async () => {
    const { body, status } = await post("/card/1/Issue", { to: "ada" })
    expect([status, Object.keys(body)]).toEqual([200, ["stream", "version", "position", "recordedAt", "events"]])
    expect(await get("/card/1")).toMatchObject({ status: 404 })
  })

  it("that is malformed is a problem with all issues", async () => {
    const { body, headers, status } = await post("/wallet/ada/Deposit", { cents: 0.5, other: 1 })
    expect([status, headers["content-type"]]).toEqual([400, "application/problem+json"])
    expect(body).toMatchObject({ type: "urn:refold:problem:CommandInvalid", status: 400 })
    expect(body.issues.map(({ path }: { path: string }) => path).toSorted()).toEqual(["cents", "other"])
  })

  it("that is refused is a problem with the fields of the refusal", async () => {
    const at = "2026-11-28T09:30:00.000Z"
    expect(await post("/wallet/poor/Withdraw", { cents: 5, at })).toMatchObject({
      status: 422,
      body: { type: "urn:refold:problem:Refused", refusal: { _tag: "NotEnough", balance: 0, digits: "0" } }
    })
    expect(await post("/wallet/poor/Deposit", { cents: -5 })).toMatchObject({
      status: 422,
      body: { refusal: "Closed" }
    })
  })

  it("is refused with 409 if the aggregate has this option", async () => {
    const other = Client.open({ wallet: { refusal: 409 } })
    expect(await other.post("/wallet/poor/Deposit", { cents: -5 })).toMatchObject({
      status: 409,
      body: { status: 409 }
    })
  })

  it("that causes a defect of the decider is 500 without the message of the defect", async () => {
    const { body, status } = await ask("POST", "/wallet/ada/Break")
    expect([status, body.type]).toEqual([500, "urn:refold:problem:DeciderFault"])
    expect(JSON.stringify(body)).not.toContain("secret")
  })

  it("that fails by a fault is logged with its path and one line of the cause", async () => {
    const lines: Array<string> = []
    const noting = Logger.layer([
      Logger.make(({ logLevel, message }) => void lines.push(`${logLevel} ${String(message)}`))
    ])
    const { dispose, handler } = Http.toWebHandler(apiOf(), Layer.merge(layer, noting))
    const fault = await Client.of(handler).post("/wallet/ada/Break", {})
    await dispose()
    expect(fault.status).toBe(500)
    expect(lines.filter((line) => line.startsWith("Error"))).toEqual([
      "Error POST /wallet/ada/Break was answered with 500: DeciderFault: decide failed on stream"
      + " \"wallet-ada\": secret-of-the-decider. This is a bug of the decider: repair its decide"
    ])
  })

  it("of an id that is percent-encoded is for the decoded id", async () => {
    const id = "a/b c%d?e#f-ü😀"
    expect(await post(`/wallet/${encodeURIComponent(id)}/Deposit`, { cents: 1 })).toMatchObject({
      status: 200,
      body: { stream: `wallet-${id}` }
    })
    expect(await get(`/wallet/${encodeURIComponent(id)}`)).toMatchObject({ status: 200, body: { version: 1 } })
  })
})

describe("a precondition", () => {
  it("If-Match is the expected version, and a conflict names the actual one", async () => {
    await post("/wallet/pre/Deposit", { cents: 1 })
    expect(await post("/wallet/pre/Deposit", { cents: 1 }, { "if-match": "\"1\"" })).toMatchObject({ status: 200 })
    expect(await post("/wallet/pre/Deposit", { cents: 1 }, { "if-match": "\"1\"" })).toMatchObject({
      status: 412,
      body: { type: "urn:refold:problem:VersionConflict", actual: 2 }
    })
    expect(await post("/wallet/none/Deposit", { cents: 1 }, { "if-match": "*" })).toMatchObject({
      status: 412,
      body: { actual: null }
    })
  })

  it("If-None-Match: * is no stream", async () => {
    const create = () => post("/wallet/new/Deposit", { cents: 1 }, { "if-none-match": "*" })
    expect(await create()).toMatchObject({ status: 200 })
    expect(await create()).toMatchObject({ status: 412, body: { actual: 1 } })
  })

  it("with a weak entity tag never holds", async () => {
    expect(await post("/wallet/pre/Deposit", { cents: 1 }, { "if-match": "W/\"2\"" })).toMatchObject({ status: 412 })
  })

  it("is required with 428 if the aggregate has this option", async () => {
    const strict = Client.open({ wallet: { requirePrecondition: true } })
    expect(await strict.post("/wallet/ada/Deposit", { cents: 1 })).toMatchObject({
      status: 428,
      body: { type: "urn:refold:problem:PreconditionRequired" }
    })
    expect(await strict.post("/wallet/ada/Deposit", { cents: 1 }, { "if-none-match": "*" }))
      .toMatchObject({ status: 200 })
  })
})

describe("an idempotency key", () => {
  it("gives a repeated command the first answer, marked as replayed", async () => {
    const first = await post("/wallet/idem/Deposit", { cents: 7 }, { "idempotency-key": "one" })
    await post("/wallet/idem/Deposit", { cents: 1 })
    const again = await post("/wallet/idem/Deposit", { cents: 7 }, { "idempotency-key": "\"one\"" })
    expect(again.body).toEqual(first.body)
    expect([first.headers["idempotency-replayed"], again.headers["idempotency-replayed"]]).toEqual([undefined, "true"])
    expect(again.headers["etag"]).toBe("\"1\"")
  })

  it("of another command is 422", async () => {
    await post("/wallet/idem/Deposit", { cents: 7 }, { "idempotency-key": "two" })
    expect(await post("/wallet/idem/Deposit", { cents: 8 }, { "idempotency-key": "two" })).toMatchObject({
      status: 422,
      body: { type: "urn:refold:problem:IdempotencyConflict" }
    })
  })

  it("of a process is refused", async () => {
    expect(await post("/wallet/idem/Deposit", { cents: 7 }, { "idempotency-key": "refold:x" })).toMatchObject({
      status: 400,
      body: { type: "urn:refold:problem:InvalidInput" }
    })
  })

  it("is required with 400 if the aggregate has this option", async () => {
    const strict = Client.open({ wallet: { requireIdempotencyKey: true } })
    expect(await strict.post("/wallet/ada/Deposit", { cents: 1 })).toMatchObject({
      status: 400,
      body: { field: "Idempotency-Key" }
    })
  })

  it("of a request in progress is 409, and can be used again after the answer", async () => {
    let answer = () => {}
    const waiting = new Promise<void>((resolve) => {
      answer = resolve
    })
    let begun = () => {}
    const started = new Promise<void>((resolve) => {
      begun = resolve
    })
    const slow = Client.open({
      middleware: [(_call, next) => Effect.andThen(Effect.promise(() => (begun(), waiting)), next)]
    })
    // The middleware runs while the key is held.
    const first = slow.post("/wallet/ada/Deposit", { cents: 1 }, { "idempotency-key": "k" })
    await started
    const second = await slow.post("/wallet/ada/Deposit", { cents: 1 }, { "idempotency-key": "k" })
    answer()
    expect(second).toMatchObject({ status: 409, body: { type: "urn:refold:problem:RequestInFlight" } })
    expect(second.headers["retry-after"]).toBe("1")
    expect(await first).toMatchObject({ status: 200 })
    expect(await slow.post("/wallet/ada/Deposit", { cents: 1 }, { "idempotency-key": "k" }))
      .toMatchObject({ status: 200, headers: { "idempotency-replayed": "true" } })
  })
})

describe("a store that fails", () => {
  const answered = async (
    error: CommandFailure,
    headers: Record<string, string> = {},
    logging: Layer.Layer<never> = Layer.empty
  ) => {
    const store = Layer.merge(appendFails(error), logging)
    const { dispose, handler } = Http.toWebHandler(apiOf({ handler: { retries: 0 } }), store)
    const answer = await Client.of(handler).post("/wallet/ada/Deposit", { cents: 1 }, headers)
    await dispose()
    return answer
  }
  const conflict = versionConflict(streamOf("wallet-ada"), ExpectedVersion.Exact(0), StreamVersion.StreamVersion(3))

  it("is 409 with Retry-After for too many writers, and 412 only if the request has a precondition", async () => {
    expect(await answered(conflict)).toMatchObject({
      status: 409,
      body: { actual: 3 },
      headers: { "retry-after": "1" }
    })
    expect(await answered(conflict, { "if-none-match": "*" })).toMatchObject({ status: 412, body: { actual: 3 } })
  })

  it("is 503 with Retry-After, without the cause, if a repetition may succeed", async () => {
    for (
      const error of [
        new EventStoreError.EventStoreError({ operation: "append", cause: new Error("secret") }),
        new EventStoreError.OutcomeUnknown({ eventIds: [], cause: new Error("secret") })
      ]
    ) {
      const { body, headers, status } = await answered(error)
      expect([status, headers["retry-after"], body.type]).toEqual([503, "1", `urn:refold:problem:${error._tag}`])
      expect(JSON.stringify(body)).not.toContain("secret")
    }
  })

  it("does not quote a stored event in the log", async () => {
    const lines: Array<string> = []
    const noting = Logger.layer([Logger.make(({ message }) => void lines.push(String(message)))])
    const reason = "Expected string, got secret"
    const cause = new EventStoreError.UnreadableValue({ table: "t", row: { id: "ada" }, column: "c", reason })
    const error = new EventStoreError.EventStoreError({ operation: "read", cause, isPermanent: true })
    await answered(error, {}, noting)
    expect(lines).toEqual([
      "POST /wallet/ada/Deposit was answered with 500: EventStoreError, caused by UnreadableValue"
    ])
  })

  it("is 500 if a repetition fails again", async () => {
    const error = new EventStoreError.EventStoreError({
      operation: "append",
      cause: new Error("secret"),
      isPermanent: true
    })
    const { body, headers, status } = await answered(error)
    expect([status, headers["retry-after"]]).toEqual([500, undefined])
    expect(JSON.stringify(body)).not.toContain("secret")
  })
})

describe("the correlation id", () => {
  const eventsOf = async (headers: Record<string, string>) => {
    const runtime = ManagedRuntime.make(layer)
    const { dispose, handler } = Http.toWebHandlerWith(apiOf(), (effect) => runtime.runPromise(effect))
    const answered = await Client.of(handler).post("/wallet/ada/Deposit", { cents: 1 }, headers)
    const events = await runtime.runPromise(
      Effect.flatMap(EventReader.EventReader, (reader) => Stream.runCollect(reader.readAll()))
    )
    await dispose()
    await runtime.dispose()
    return { answered, metadata: events.map(({ metadata }) => metadata) }
  }
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  const traceparent = `00-${trace}-00f067aa0ba902b7-01`

  it("is that of X-Correlation-Id, else the trace id, and stored with the events", async () => {
    const own = await eventsOf({ "x-correlation-id": "order 7", traceparent })
    expect(own.metadata).toEqual([{ correlationId: "order 7" }])
    expect(own.answered.headers["x-correlation-id"]).toBe("order 7")
    expect((await eventsOf({ traceparent })).metadata).toEqual([{ correlationId: trace }])
  })

  it("is a new one if the request has none, or a malformed traceparent", async () => {
    const { answered, metadata } = await eventsOf({ traceparent: "00-0-0-0" })
    expect(metadata).toEqual([{ correlationId: answered.headers["x-correlation-id"] }])
  })

  it("that is longer than 255 characters is 400", async () => {
    const { answered } = await eventsOf({ "x-correlation-id": "x".repeat(256) })
    expect(answered).toMatchObject({ status: 400, body: { field: "X-Correlation-Id" } })
  })
})

it("a web handler on a store that cannot be opened answers 503, and logs the path without its query", async () => {
  const broken = Layer.effectDiscard(Effect.fail("secret-url")).pipe(Layer.provideMerge(MemoryStore.layer))
  const { dispose, handler } = Http.toWebHandler(apiOf(), broken)
  const printed = vi.spyOn(console, "log").mockReturnValue()
  const { body, headers, status } = await Client.of(handler).get("/health?token=hidden", {
    "x-correlation-id": "order 7"
  })
  await dispose()
  const lines = printed.mock.calls.join("\n")
  printed.mockRestore()
  expect(lines).toContain("GET /health was answered with 503")
  expect(lines).not.toContain("hidden")
  expect(status).toBe(503)
  expect(headers).toMatchObject({ "x-correlation-id": "order 7", "x-content-type-options": "nosniff" })
  expect(JSON.stringify(body)).not.toContain("secret")
})

describe("the commands that are served", () => {
  it("are those that the options list", async () => {
    const few = Client.open({ wallet: { commands: ["Deposit"] } })
    expect(await few.post("/wallet/ada/Deposit", { cents: 1 })).toMatchObject({ status: 200 })
    expect(await few.post("/wallet/ada/Touch", {})).toMatchObject({ status: 404 })
    const unknown = Http.aggregate(Wallet, { commands: ["Steal" as "Deposit"] })
    expect(() => Http.makeUnsafe({ aggregates: { wallet: unknown } })).toThrow("Steal")
  })

  it("must be listed if the schema does not list their tags", async () => {
    // Like a schema of another library.
    const opaque = Schema.Record(Schema.String, Schema.Json).pipe(
      Schema.check(
        Schema.makeFilter((command) => {
          if (command["_tag"] !== "Deposit") return { path: ["_tag"], issue: "must be Deposit" }
          return command["cents"] === 1 ? undefined : { path: ["cents"], issue: "must be 1" }
        })
      )
    ) as unknown as Schema.Codec<WalletCommand, Json.JsonObject>
    const wallet = Aggregate.makeUnsafe({
      category: "wallet",
      events: codec,
      commands: opaque,
      decider: Wallet.decider
    })
    expect(() => Http.makeUnsafe({ aggregates: { wallet: Http.aggregate(wallet, {}) } })).toThrow("_tag")
    const misspelt = Http.aggregate(wallet, { commands: ["Depost" as "Deposit"] })
    expect(() => Http.makeUnsafe({ aggregates: { wallet: misspelt } })).toThrow("which refuses \"Depost\"")
    const listed = Http.aggregate(wallet, { commands: ["Deposit"] })
    const web = Http.toWebHandler(Http.makeUnsafe({ aggregates: { wallet: listed } }), MemoryStore.layer)
    const client = Client.of(web.handler)
    expect(await client.post("/wallet/ada/Deposit", { cents: 1 })).toMatchObject({ status: 200 })
    expect(await client.post("/wallet/ada/Deposit", { cents: 2 })).toMatchObject({
      status: 400,
      body: { issues: [{ path: "cents", message: "must be 1" }] }
    })
    await web.dispose()
  })
})

it("the definition of an API is checked", () => {
  expect(() => Http.makeUnsafe({ aggregates: { rows: Http.aggregate(Card, {}) } })).toThrow("aggregates.rows")
  expect(() => Http.makeUnsafe({ prefix: "api/" })).toThrow("prefix")
  expect(() => Http.makeUnsafe({ limits: { depth: 0 } })).toThrow("limits.depth")
  expect(() => Http.makeUnsafe({ events: { retry: "soon" as "1 second" } })).toThrow("events.retry")
  expect(() => Http.makeUnsafe({ bodyTimeout: 0 })).toThrow("bodyTimeout")
  const bare = Aggregate.makeUnsafe({ category: "bare", events: codec, decider: Wallet.decider })
  expect(() => Http.makeUnsafe({ aggregates: { bare: Http.aggregate(bare, {}) } })).toThrow("aggregates.bare.commands")
})

it("the span of the client is the parent of the spans of the request", async () => {
  const parents: Array<unknown> = []
  const { post: send } = Client.open({
    middleware: [(_call, next) =>
      Effect.andThen(
        Effect.map(Effect.orDie(Effect.currentParentSpan), ({ sampled, spanId, traceId }) => {
          parents.push([traceId, spanId, sampled])
        }),
        next
      )]
  })
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
  await send("/wallet/ada/Deposit", { cents: 1 }, { traceparent })
  expect(parents).toEqual([["4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true]])
})

it("the services of a middleware are provided, and the actor of the rule is stored", async () => {
  const seen: Array<unknown> = []
  const { post: send } = Client.open({
    authorize: async () => ({ allow: true, actor: "ada" }),
    middleware: [
      (call, next) =>
        Effect.andThen(Effect.map(Causation.Causation, (cause) => seen.push([call.tag, cause.actor])), next)
    ]
  })
  await send("/wallet/ada/Deposit", { cents: 1 })
  expect(seen).toEqual([["Deposit", "ada"]])
})
