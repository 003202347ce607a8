import * as fc from "fast-check"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Http } from "../src/index.ts"
import * as Client from "./support/Client.ts"
import * as Contract from "./support/Contract.ts"
import { apiOf, layer } from "./support/Sample.ts"

const api = apiOf({ limits: { body: 2000, depth: 8 }, bodyTimeout: "5 minutes", awaitTimeout: "1 millis" })
const web = Http.toWebHandler(api, layer)
const client = Client.of(web.handler)
const check = Contract.of(JSON.parse(JSON.stringify(Http.openApi(api))))

beforeAll(async () => {
  while ((await client.get("/ready")).status !== 200) await new Promise((resolve) => setTimeout(resolve, 1))
})
afterAll(() => web.dispose())

const oneOf = <A>(...values: ReadonlyArray<A>) => fc.constantFrom(...values)

/** A text that a URL can have unencoded: also percent signs that encode nothing, and characters of all planes. */
const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  oneOf("ada", "%", "%zz", "%00", "..", ".", "*", "__proto__")
)
const segment = fc.oneof(
  anyText.map((text) => encodeURIComponent(text.toWellFormed())),
  anyText.map((text) => text.replaceAll(/[\s?#\\/]/g, "")),
  oneOf("wallet", "card", "rows", "wallets", "events", "health", "Deposit", "Withdraw", "Touch", "Issue", "")
)
const parameter = fc.tuple(
  fc.oneof(
    oneOf("version", "recordedAt", "occurredAt", "after", "index", "from", "to", "limit", "cursor", "descending"),
    oneOf("where.cents", "where.isRich", "where.", "types", "categories"),
    anyText
  ),
  fc.oneof(
    oneOf(
      "1",
      "0",
      "-1",
      "1e9",
      "9007199254740993",
      "byCents",
      "byRich",
      "true",
      "2026-11-28T09:30:00Z",
      "",
      "Deposited"
    ),
    anyText
  )
).map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())).join("="))

const path = fc.tuple(
  fc.oneof(
    fc.array(segment, { maxLength: 5 }),
    fc.tuple(oneOf("wallet", "card"), segment, oneOf("Deposit", "Withdraw", "Touch", "Issue")),
    fc.tuple(oneOf("wallet", "rows"), segment)
  ),
  fc.array(parameter, { maxLength: 3 })
).map(([segments, query]) => `/${segments.join("/")}${query.length === 0 ? "" : `?${query.join("&")}`}`)

const headerValue = fc.oneof(
  oneOf(
    "\"1\"",
    "W/\"1\"",
    "*",
    "\"",
    "\"1\", \"2\"",
    "application/json",
    "text/plain",
    "gzip",
    "identity",
    "00-a-b-01",
    "7.x.y"
  ),
  // The texts that `Headers` accepts: Latin-1 without line breaks and NUL.
  fc.string({ unit: "binary" }).map((text) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ""))
)
const headers = fc.dictionary(
  oneOf(
    "if-match",
    "if-none-match",
    "idempotency-key",
    "content-type",
    "content-encoding",
    "x-correlation-id",
    "traceparent",
    "last-event-id",
    "accept"
  ),
  headerValue,
  { maxKeys: 4, noNullPrototype: true }
)

const json = fc.oneof(
  fc.record({ cents: fc.oneof(fc.integer(), fc.double(), fc.string()) }),
  fc.record({
    cents: fc.integer(),
    at: oneOf("2026-11-28T09:30:00.000Z", "x"),
    _tag: oneOf<string | number>("Withdraw", "Deposit", 1)
  }, {
    requiredKeys: []
  }),
  fc.record({ to: fc.oneof(fc.string({ unit: "binary" }), fc.jsonValue()) }),
  fc.jsonValue()
).map((value) => JSON.stringify(value))
const body = fc.oneof(
  json,
  fc.string(),
  fc.uint8Array({ maxLength: 3000 }),
  json.map((text) => text.slice(0, -1)),
  fc.nat(40).map((depth) => "[".repeat(depth)),
  fc.constant(undefined)
)
const method = fc.oneof(oneOf("GET", "POST"), oneOf("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "BREW"))

const send = async (
  asked: {
    readonly method: string
    readonly path: string
    readonly headers: Record<string, string>
    readonly body: string | Uint8Array | undefined
  }
) => {
  const hasBody = !["GET", "HEAD"].includes(asked.method) && asked.body !== undefined
  const init = { method: asked.method, headers: asked.headers, ...(hasBody ? { body: asked.body } : {}) }
  const response = await web.handler(new Request(`http://localhost${asked.path}`, init))
  // The stream of events does not end by itself.
  const isStream = response.headers.get("content-type") === "text/event-stream"
  const text = isStream ? await response.body?.cancel().then(() => "") ?? "" : await response.text()
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: text === "" ? undefined : JSON.parse(text)
  }
}

/** The fault of an answer; undefined if there is none. */
const fault = (method: string, path: string, answered: Client.Answered): string | undefined => {
  const { body, headers, status } = answered
  if (method !== "HEAD" && status >= 400) {
    // 503 is only for a position that is not reached.
    if (status >= 500 && body.type !== "urn:refold:problem:AwaitTimeout") return `${status} ${body.type}`
    if (headers["content-type"] !== "application/problem+json") return `no problem: ${headers["content-type"]}`
    const isProblem = body.status === status && typeof body.detail === "string"
    if (!isProblem || !/^urn:refold:problem:\w+$/.test(body.type)) return `no problem: ${JSON.stringify(body)}`
  }
  if (!["GET", "POST"].includes(method)) return undefined
  // The path as the request has it: `..` is resolved.
  return check(method, new URL(`http://localhost${path}`).pathname, answered)
}

describe("any request of a client", () => {
  it("is answered as documented, and never with a fault of the service", async () => {
    await fc.assert(
      fc.asyncProperty(fc.record({ method, path, headers, body }), async (asked) => {
        expect(fault(asked.method, asked.path, await send(asked))).toBeUndefined()
      }),
      { numRuns: Number(process.env["REFOLD_RUNS"] ?? 400), seed: Number(process.env["REFOLD_SEED"]) }
    )
  })

  it("a command that the document allows is not malformed", async () => {
    const commands = fc.oneof(
      fc.record({ tag: fc.constant("Deposit"), body: fc.record({ cents: fc.nat() }) }),
      fc.record({
        tag: fc.constant("Withdraw"),
        body: fc.record({ cents: fc.nat(), at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()) })
      }),
      fc.record({ tag: fc.constant("Touch"), body: fc.constant({}) })
    )
    await fc.assert(
      fc.asyncProperty(commands, fc.uuid(), async ({ body, tag }, id) => {
        const { status } = await client.post(`/wallet/${id}/${tag}`, body)
        expect([200, 422]).toContain(status)
      }),
      { numRuns: 50, seed: Number(process.env["REFOLD_SEED"]) }
    )
  })
})
