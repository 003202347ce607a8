import { describe, expect, it } from "vitest"
import { nestsDeeper } from "../src/internal/RequestBody.ts"
import * as Client from "./support/Client.ts"

const { ask, get, post } = Client.open({ limits: { body: 200, depth: 4, url: 500, headers: 2000 } })
const problem = (name: string) => ({ type: `urn:refold:problem:${name}` })

describe("a path", () => {
  it.each([
    "/",
    "/nope",
    "/wallet",
    "/wallet/",
    "/wallet//Deposit",
    "/wallet/ada/",
    "/wallet/ada/Deposit/",
    "/rows",
    "/rows/",
    "/rows/none",
    "/bank/ada",
    "/constructor/x",
    "/wallet/ada/constructor",
    "/events/"
  ])(
    "without a route is 404: %s",
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 404, body: problem("NotFound") })
    }
  )

  it.each(["/wallet/%zz", "/wallet/%ff/Deposit", "/%"])(
    "that is not percent-encoded UTF-8 is 400: %s",
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 400, body: { ...problem("InvalidInput"), field: "path" } })
    }
  )

  it("for a stream name that no store can have is 400", async () => {
    expect(await get("/wallet/%00")).toMatchObject({ status: 400, body: { field: "stream" } })
    expect(await get(`/wallet/${"x".repeat(300)}`)).toMatchObject({ status: 400, body: { field: "stream" } })
  })

  it("is below the prefix of the API", async () => {
    const prefixed = Client.open({ prefix: "/api/v1" })
    expect(await prefixed.get("/api/v1/health")).toMatchObject({ status: 200 })
    expect(await prefixed.get("/health")).toMatchObject({ status: 404 })
    expect(await prefixed.get("/api/v10/health")).toMatchObject({ status: 404 })
  })
})

describe("a method", () => {
  it.each([
    ["GET", "/wallet/ada/Deposit", "POST, OPTIONS"],
    ["POST", "/wallet/ada", "GET, HEAD, OPTIONS"],
    ["DELETE", "/rows/wallets/x", "GET, HEAD, OPTIONS"],
    ["PATCH", "/events", "GET, HEAD, OPTIONS"],
    ["BREW", "/health", "GET, HEAD, OPTIONS"]
  ])("%s of %s is 405 that lists those of the path", async (method, path, allow) => {
    expect(await ask(method, path)).toMatchObject({
      status: 405,
      headers: { allow },
      body: problem("MethodNotAllowed")
    })
  })

  it("OPTIONS lists the methods of the path", async () => {
    expect(await ask("OPTIONS", "/wallet/ada")).toMatchObject({ status: 204, headers: { allow: "GET, HEAD, OPTIONS" } })
    expect(await ask("OPTIONS", "/nope")).toMatchObject({ status: 404 })
  })
})

describe("a body", () => {
  const deposit = "/wallet/ada/Deposit"

  it.each(["{", "nonsense", "[1]", "7", "null", "\"text\"", "{\"cents\":1}{}"])(
    "that is not a JSON object is 400: %s",
    async (body) => {
      expect(await post(deposit, body)).toMatchObject({
        status: 400,
        body: { ...problem("InvalidInput"), field: "body" }
      })
    }
  )

  it("that is not UTF-8 is 400", async () => {
    const body = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])
    expect(await ask("POST", deposit, { headers: { "content-type": "application/json" }, body }))
      .toMatchObject({ status: 400, body: { field: "body" } })
  })

  it("of another media type or a content encoding is 415", async () => {
    const send = (headers: Record<string, string>) => ask("POST", deposit, { headers, body: "{\"cents\":1}" })
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"]) {
      expect(await send({ "content-type": type })).toMatchObject({
        status: 415,
        headers: { accept: "application/json" }
      })
    }
    expect(await send({ "content-type": "application/json", "content-encoding": "gzip" })).toMatchObject({
      status: 415
    })
    expect(await send({ "content-type": "Application/JSON; charset=\"UTF-8\"" })).toMatchObject({ status: 200 })
  })

  it("that is too large is 413, whether its length is declared or not", async () => {
    const large = JSON.stringify({ cents: 1, note: { text: "x".repeat(300) } })
    expect(await post(deposit, large)).toMatchObject({ status: 413, body: problem("ContentTooLarge") })
    expect(await post(deposit, "{}", { "content-length": "999999" })).toMatchObject({ status: 413 })
    let pulled = 0
    const endless = new ReadableStream({
      pull: (controller) => {
        pulled += 1
        controller.enqueue(new Uint8Array(100))
      }
    })
    expect(await ask("POST", deposit, { body: endless, duplex: "half" })).toMatchObject({ status: 413 })
    expect(pulled).toBeLessThan(10)
  })

  it("that nests too deeply is 400 before it is parsed", async () => {
    expect(await post(deposit, `{"cents":${"[".repeat(50)}`)).toMatchObject({
      status: 400,
      body: { field: "body", rule: "must not nest deeper than 4" }
    })
  })

  it("that does not arrive in time is 408", async () => {
    const brief = Client.open({ bodyTimeout: "10 millis" })
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array([0x7b])) })
    expect(await brief.ask("POST", deposit, { body, duplex: "half" }))
      .toMatchObject({ status: 408, body: problem("RequestTimeout") })
  })

  it("that breaks off is 400", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("secret")) })
    const answered = await ask("POST", deposit, { body, duplex: "half" })
    expect(answered).toMatchObject({ status: 400, body: problem("IncompleteBody") })
    expect(JSON.stringify(answered.body)).not.toContain("secret")
  })

  it("with a key of the prototype is data", async () => {
    expect(await post(deposit, "{\"cents\":1,\"__proto__\":{\"x\":1}}")).toMatchObject({ status: 400 })
  })
})

it("brackets in texts do not nest", () => {
  expect(nestsDeeper("{\"a\":\"[[[[\\\"[[\",\"b\":[[]]}", 3)).toBe(false)
  expect(nestsDeeper("[[[[]]]]", 3)).toBe(true)
  expect(nestsDeeper("[[],[],[],[]]", 2)).toBe(false)
})

it("a URL that is too long is 414, and headers that are too large are 431", async () => {
  expect(await get(`/wallet/${"x".repeat(600)}`)).toMatchObject({ status: 414, body: problem("UriTooLong") })
  expect(await get("/health", { "x-large": "x".repeat(3000) })).toMatchObject({
    status: 431,
    body: problem("HeadersTooLarge")
  })
})
