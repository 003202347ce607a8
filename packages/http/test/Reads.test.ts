import { describe, expect, it } from "vitest"
import * as Client from "./support/Client.ts"

// A slow machine may need more time.
const { ask, get, post } = Client.open({ awaitTimeout: "5 minutes" })

describe("the state of an aggregate", () => {
  it("is read as of now, a version, and an instant", async () => {
    const first = await post("/wallet/ada/Deposit", { cents: 300 })
    const { recordedAt } = first.body
    // The instant of the second event is later than that of the first.
    while (new Date().toISOString() <= recordedAt) await new Promise((resolve) => setTimeout(resolve, 1))
    await post("/wallet/ada/Withdraw", { cents: 100, at: "2026-11-28T09:30:00.000Z" })
    const now = await get("/wallet/ada")
    expect(now).toMatchObject({
      status: 200,
      headers: { etag: "\"2\"", "cache-control": "no-cache" },
      body: { version: 2, isComplete: true, state: { balance: 200, last: "2026-11-28T09:30:00.000Z" } }
    })
    const past = { status: 200, headers: { etag: "\"1\"" }, body: { version: 1, state: { balance: 300, last: null } } }
    expect(await get("/wallet/ada?version=1")).toMatchObject(past)
    expect(await get(`/wallet/ada?recordedAt=${recordedAt}`)).toMatchObject(past)
    expect(await get(`/wallet/ada?occurredAt=${recordedAt}`)).toMatchObject(past)
    expect(await get(`/wallet/ada?recordedAt=${recordedAt.replace("Z", "+00:00")}`)).toMatchObject(past)
  })

  it("of a stream without events is 404, also as of a point before the first", async () => {
    expect(await get("/wallet/nobody")).toMatchObject({ status: 404, body: { type: "urn:refold:problem:NotFound" } })
    expect(await get("/wallet/ada?recordedAt=1999-01-01T00:00:00Z")).toMatchObject({ status: 404 })
  })

  it("beyond the last event is 400", async () => {
    expect(await get("/wallet/ada?version=9")).toMatchObject({ status: 400, body: { field: "version" } })
  })

  it.each([
    ["version=x", "version"],
    ["version=-1", "version"],
    ["version=1&version=2", "version"],
    ["version=1&recordedAt=2026-01-01T00:00:00Z", "recordedAt"],
    ["recordedAt=yesterday", "recordedAt"],
    ["recordedAt=2026-02-31T99:00:00Z", "recordedAt"],
    ["occurredAt=0000-01-01T00:00:00Z", "occurredAt"],
    ["after=-1", "after"],
    ["color=red", "color"]
  ])("with ?%s is 400 that names %s", async (query, field) => {
    expect(await get(`/wallet/ada?${query}`)).toMatchObject({ status: 400, body: { field } })
  })

  it("is 304 if the client has this version", async () => {
    for (const etag of ["\"2\"", "W/\"2\"", "\"1\", \"2\"", "*"]) {
      expect(await get("/wallet/ada", { "if-none-match": etag }))
        .toMatchObject({ status: 304, body: undefined, headers: { etag: "\"2\"" } })
    }
    expect(await get("/wallet/ada", { "if-none-match": "\"1\"" })).toMatchObject({ status: 200 })
  })

  it("is answered to HEAD with the same headers and no body", async () => {
    const head = await ask("HEAD", "/wallet/ada")
    expect(head).toMatchObject({ status: 200, body: undefined, headers: { etag: "\"2\"" } })
    expect(await ask("HEAD", "/wallet/nobody")).toMatchObject({ status: 404, body: undefined })
  })
})

describe("rows", () => {
  it("include the client's own command with ?after=", async () => {
    const { headers } = await post("/wallet/rows1/Deposit", { cents: 5 })
    const row = await get(`/rows/wallets/wallet-rows1?after=${headers["refold-position"]}`)
    expect(row).toMatchObject({ status: 200, body: { key: "wallet-rows1", state: { cents: 5, isRich: false } } })
  })

  it("that do not exist are 404", async () => {
    expect(await get("/rows/wallets/none")).toMatchObject({
      status: 404,
      body: { type: "urn:refold:problem:NotFound" }
    })
  })

  it("are read page by page with opaque cursors", async () => {
    let position = ""
    for (const [id, cents] of [["p1", 1000], ["p2", 3000], ["p3", 2000]] as const) {
      position = (await post(`/wallet/${id}/Deposit`, { cents })).headers["refold-position"] ?? ""
    }
    const query = "index=byRich&where.isRich=true&descending=true&limit=2"
    const first = await get(`/rows/wallets?${query}&after=${position}`)
    expect(first.body.rows.map(({ key }: { key: string }) => key)).toEqual(["wallet-p2", "wallet-p3"])
    const second = await get(`/rows/wallets?${query}&cursor=${encodeURIComponent(first.body.next)}`)
    expect(second.body).toMatchObject({ rows: [{ key: "wallet-p1" }], next: null })
    const range = await get("/rows/wallets?index=byRich&where.isRich=true&from=2000&to=3000")
    expect(range.body.rows).toMatchObject([{ key: "wallet-p3" }])
  })

  it.each([
    ["index=none", "index"],
    ["index=byCents&where.cents=many", "where.cents"],
    ["index=byRich&where.isRich=1", "where.isRich"],
    ["where.cents=1", "where.cents"],
    ["index=byCents&from=x", "from"],
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=1e3", "limit"],
    ["descending=yes", "descending"],
    ["cursor=nonsense", "cursor"],
    ["page=2", "page"]
  ])("with ?%s are 400 that names %s", async (query, field) => {
    expect(await get(`/rows/wallets?${query}`)).toMatchObject({ status: 400, body: { field } })
  })

  it("that do not reach a position in time are 503 with Retry-After", async () => {
    const brief = Client.open({ awaitTimeout: "20 millis" })
    expect(await brief.get("/rows/wallets?after=999999")).toMatchObject({
      status: 503,
      headers: { "retry-after": "1" },
      body: { type: "urn:refold:problem:AwaitTimeout", position: 999999 }
    })
  })
})
