import { Http } from "@refold/http"
import { Layer, ManagedRuntime } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { writeFileSync } from "node:fs"
import { request, type Server } from "node:http"
import { connect } from "node:net"
import { join } from "node:path"
import { MemoryStore, Projector } from "refold"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { nodeServer } from "../../../packages/create-refold/template/common/src/NodeServer.ts"
import * as ByHand from "../../examples/howto/HttpByHand.ts"
import { routes } from "../../examples/howto/HttpEffect.ts"
import * as HonoExample from "../../examples/howto/HttpHono.ts"
import * as HttpPromises from "../../examples/howto/HttpPromises.ts"
import { privateApi, serve } from "../../examples/howto/HttpServer.ts"
import { Wallets } from "../../examples/Richest.ts"
import { root } from "../Quotes.ts"
import { run, withFolder } from "../support/Program.ts"

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`
}

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body)
})
const ask = async (url: string, init: RequestInit = {}) => {
  const response = await fetch(url, init)
  return {
    status: response.status,
    etag: response.headers.get("etag"),
    headers: response.headers,
    body: await response.json()
  }
}
const deposit = { cents: 500, from: "salary" }

describe("the API behind node:http", () => {
  const withRows = Layer.effectDiscard(Projector.start(Wallets)).pipe(Layer.provideMerge(MemoryStore.layer))
  const { close, server } = serve(withRows)
  let base = ""
  beforeAll(async () => {
    base = await listen(server)
  })
  afterAll(close)

  it("handles a command that comes twice under one key once", async () => {
    const send = () => ask(`${base}/wallet/ada/Deposit`, json(deposit, { "idempotency-key": "wire-7" }))
    const [first, second] = [await send(), await send()]
    expect(first).toMatchObject({ status: 200, etag: "\"1\"", body: { state: 500 } })
    expect(second.body).toEqual(first.body)
    expect(second.headers.get("idempotency-replayed")).toBe("true")
  })

  it("includes the client's last command in the rows", async () => {
    const { headers } = await ask(`${base}/wallet/bob/Deposit`, json(deposit))
    const rows = await ask(`${base}/rows/wallets?index=byCents&descending=true&after=${headers.get("refold-position")}`)
    expect(rows.body).toMatchObject({ rows: [{ key: "wallet-bob" }, { key: "wallet-ada" }] })
  })

  it("has a problem for each kind of failure", async () => {
    expect(await ask(`${base}/wallet/cy/Withdraw`, json({ cents: 1 })))
      .toMatchObject({ status: 422, body: { refusal: { _tag: "NotEnough", balance: 0 } } })
    expect(await ask(`${base}/wallet/cy/Deposit`, json({ cents: 0.5, from: 1 })))
      .toMatchObject({ status: 400, body: { issues: [{ path: "cents" }, { path: "from" }] } })
    expect(await ask(`${base}/wallet/ada/Deposit`, json(deposit, { "if-match": "\"9\"" })))
      .toMatchObject({ status: 412, body: { actual: 1 } })
    expect(await ask(`${base}//elsewhere/x`)).toMatchObject({ status: 404 })
  })

  it("answers a body that is too large, and a request that fetch cannot send", async () => {
    expect(await ask(`${base}/wallet/ada/Deposit`, json("x".repeat(5_000_000)))).toMatchObject({ status: 413 })
    const status = await new Promise((resolve) =>
      request(
        `${base}/wallet/ada`,
        { agent: false, method: "TRACE" },
        (response) => resolve(response.resume().statusCode)
      ).end()
    )
    expect(status).toBe(400)
  })

  it("sends events, and stops when the client disconnects", async () => {
    const other = serve(MemoryStore.layer)
    const address = await listen(other.server)
    const connections = () =>
      new Promise<number>((resolve) => other.server.getConnections((_, count) => resolve(count)))
    const text = await new Promise<string>((resolve) => {
      // A connection of its own, without a pool that keeps it open.
      const client = request(`${address}/events`, { agent: false }, (response) => {
        response.once("data", (chunk) => {
          client.destroy()
          resolve(String(chunk))
        })
      })
      client.on("error", () => undefined).end()
    })
    expect(text).toBe("retry: 3000\n\n")
    while (await connections() > 0) await new Promise((resolve) => setTimeout(resolve, 1))
    await other.close()
  })

  it("ends the streams of events when it is closed", async () => {
    const other = serve(MemoryStore.layer)
    const response = await fetch(`${await listen(other.server)}/events`)
    await other.close()
    expect(await response.text()).toBe("retry: 3000\n\n")
  })

  it("closes idle connections of clients when it is closed", async () => {
    const other = serve(MemoryStore.layer)
    const { hostname, port } = new URL(await listen(other.server))
    // Connections without a limit of idle time: only the server can end them.
    other.server.keepAliveTimeout = 0
    const paths = ["/health", "/events"]
    const ended = await Promise.all(paths.map(async (path) => {
      const socket = connect(Number(port), hostname)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await new Promise((resolve) => socket.once("data", resolve))
      return { end: new Promise((resolve) => socket.once("close", resolve)) }
    }))
    await other.close()
    await Promise.all(ended.map(({ end }) => end))
    expect(await new Promise((resolve) => other.server.getConnections((_, count) => resolve(count)))).toBe(0)
  })

  it("continues after a client has disconnected in the middle of its request", async () => {
    const { hostname, port } = new URL(base)
    const socket = connect(Number(port), hostname)
    await new Promise<void>((resolve) => socket.once("connect", resolve))
    socket.write(
      "POST /wallet/ada/Deposit HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
    )
    socket.destroy()
    expect((await fetch(`${base}/health`)).status).toBe(200)
  })
})

describe("the server of Node", () => {
  it.each([
    ["of the start page", {}],
    ["with the DOM", { lib: ["ES2024", "DOM"] }],
    ["without the DOM", { lib: ["ES2024"] }]
  ])("compiles under the settings %s", (_, compilerOptions) =>
    withFolder((folder) => {
      const config = {
        extends: join(root, "docs/examples/start/tsconfig.json"),
        compilerOptions: { ...compilerOptions, typeRoots: [join(root, "docs/node_modules/@types")] },
        files: [join(root, "packages/create-refold/template/common/src/NodeServer.ts")]
      }
      const path = join(folder, "tsconfig.json")
      writeFileSync(path, JSON.stringify(config))
      expect(run([join(root, "node_modules/typescript/bin/tsc"), "-p", path])).toBe("")
    }))
})

describe("the rule of an API", () => {
  const { dispose, handler } = Http.toWebHandler(privateApi, MemoryStore.layer)
  const server = nodeServer(handler)
  let base = ""
  beforeAll(async () => {
    base = await listen(server)
  })
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    await dispose()
  })

  it("allows each user to use only the user's own wallet", async () => {
    const as = (token: string) => ({ authorization: `Bearer ${token}`, "idempotency-key": "k" })
    expect(await ask(`${base}/wallet/ada/Deposit`, json(deposit, { "idempotency-key": "k" }))).toMatchObject({
      status: 401
    })
    expect(await ask(`${base}/wallet/bob/Deposit`, json(deposit, as("token-of-ada")))).toMatchObject({ status: 403 })
    expect(await ask(`${base}/wallet/ada/Deposit`, json(deposit, as("token-of-ada")))).toMatchObject({ status: 200 })
  })
})

describe("routes of your own on node:http", () => {
  const runtime = ManagedRuntime.make(MemoryStore.layer)
  const server = ByHand.server(runtime)
  let base = ""
  beforeAll(async () => {
    base = await listen(server)
  })
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    await runtime.dispose()
  })

  it("have entity tags, keys and problems", async () => {
    const command = { _tag: "Deposit", ...deposit }
    const send = (headers: Record<string, string>, body: unknown = command) =>
      ask(`${base}/wallets/ada`, json(body, headers))
    expect(await send({ "if-none-match": "*", "idempotency-key": "k" })).toMatchObject({ status: 200, etag: "\"1\"" })
    expect(await send({ "if-none-match": "*", "idempotency-key": "k" })).toMatchObject({ status: 200, etag: "\"1\"" })
    expect(await send({ "if-match": "\"3\"" })).toMatchObject({ status: 412, body: { actual: 1 } })
    expect(await send({}, { _tag: "Deposit" })).toMatchObject({
      status: 400,
      body: { issues: [{ path: "cents" }, { path: "from" }] }
    })
    expect(await send({}, { _tag: "Withdraw", cents: 900 })).toMatchObject({
      status: 422,
      body: { refusal: { balance: 500 } }
    })
    expect(await ask(`${base}/wallets/ada`)).toMatchObject({ status: 200, etag: "\"1\"", body: { balance: 500 } })
  })
})

describe("an application of Hono", () => {
  // Hono's handler may answer at once.
  const server = nodeServer(async (request) => HonoExample.app.fetch(request))
  let base = ""
  beforeAll(async () => {
    base = await listen(server)
  })
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    await HonoExample.close()
  })

  it("has the API below its prefix, and routes of its own on the same store", async () => {
    expect(await ask(`${base}/api/wallet/ada/Deposit`, json(deposit))).toMatchObject({ status: 200, etag: "\"1\"" })
    expect(await ask(`${base}/gifts/ada`, json({}, { "if-match": "\"1\"" }))).toMatchObject({
      status: 200,
      body: { balance: 600 }
    })
    expect(await ask(`${base}/gifts/ada`, json({}, { "if-match": "\"1\"" }))).toMatchObject({
      status: 412,
      body: { actual: 2 }
    })
    expect(await ask(`${base}/api/wallet/ada`)).toMatchObject({ status: 200, etag: "\"2\"", body: { state: 600 } })
  })
})

it("a store with promises serves the API until it is closed", async () => {
  const { close, handler } = await HttpPromises.open()
  const send = (path: string, init: RequestInit = {}) => handler(new Request(`http://localhost${path}`, init))
  const sent = await send("/wallet/ada/Deposit", json(deposit))
  expect(await sent.json()).toMatchObject({ state: 500 })
  const rows = await send(`/rows/wallets?after=${sent.headers.get("refold-position")}`)
  expect(await rows.json()).toMatchObject({ rows: [{ key: "wallet-ada" }] })
  await close()
  expect((await send("/wallet/ada")).status).toBe(503)
})

it("a server of Effect has the API among its routes", async () => {
  const own = HttpRouter.add("GET", "/own", HttpServerResponse.text("own"))
  const { dispose, handler } = HttpRouter.toWebHandler(Layer.provide(Layer.merge(routes, own), MemoryStore.layer), {
    disableLogger: true
  })
  const send = (path: string, init: RequestInit = {}) => handler(new Request(`http://localhost${path}`, init))
  expect(await (await send("/own")).text()).toBe("own")
  expect((await send("/wallet/ada/Deposit", json(deposit))).status).toBe(200)
  const answered = await send("/wallet/ada")
  expect([answered.headers.get("etag"), await answered.json()]).toMatchObject(["\"1\"", { state: 500 }])
  expect((await send("/nope")).headers.get("content-type")).toBe("application/problem+json")
  await dispose()
})
