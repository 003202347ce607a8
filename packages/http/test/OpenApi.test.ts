import { Validator } from "@seriousme/openapi-schema-validator"
import { describe, expect, it } from "vitest"
import { Http } from "../src/index.ts"
import * as Client from "./support/Client.ts"
import * as Contract from "./support/Contract.ts"
import { apiOf } from "./support/Sample.ts"

const { get, post } = Client.open({ awaitTimeout: "5 minutes" })

describe("the OpenAPI document", () => {
  it("is served unchanged, and is valid OpenAPI 3.1", async () => {
    const { body } = await get("/openapi.json")
    expect(body).toEqual(JSON.parse(JSON.stringify(Http.openApi(apiOf()))))
    const validator = new Validator()
    expect(await validator.validate(body)).toEqual({ valid: true })
    expect(validator.version).toBe("3.1")
  })

  it("has one operation for each command, state and projection", async () => {
    const { body } = await get("/openapi.json")
    expect(
      Object.entries(body.paths).flatMap(([path, methods]) =>
        Object.keys(methods as object).map((method) => `${method} ${path}`)
      )
    ).toEqual([
      "get /wallet/{id}",
      "post /wallet/{id}/Deposit",
      "post /wallet/{id}/Withdraw",
      "post /wallet/{id}/Touch",
      "post /wallet/{id}/Break",
      "post /card/{id}/Issue",
      "get /rows/wallets",
      "get /rows/wallets/{key}",
      "get /events",
      "get /openapi.json",
      "get /health",
      "get /ready"
    ])
    const ids = Object.values<Record<string, { operationId: string }>>(body.paths)
      .flatMap((methods) => Object.values(methods).map(({ operationId }) => operationId))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it("describes the body of a command without its tag, and distinguishes definitions of the same name", async () => {
    const { components: { schemas } } = (await get("/openapi.json")).body
    expect(schemas["wallet.command.Deposit"]).toMatchObject({
      properties: { cents: { type: "integer" }, note: { $ref: "#/components/schemas/wallet.schema.Note" } },
      required: ["cents"],
      additionalProperties: false
    })
    expect(schemas["wallet.schema.Note"]).toMatchObject({ type: "object" })
    expect(schemas["card.schema.Note"]).toMatchObject({ type: "integer" })
  })

  it("has the prefix as its server, and the info of the definition", () => {
    const info = { title: "Wallets", version: "1.2.3" }
    expect(Http.openApi(apiOf({ prefix: "/api", info }))).toMatchObject({ servers: [{ url: "/api" }], info })
  })

  it("describes every answer", async () => {
    const check = Contract.of((await get("/openapi.json")).body)
    const at = "2026-11-28T09:30:00.000Z"
    const sent = await post("/wallet/ada/Deposit", { cents: 300 }, { "idempotency-key": "k" })
    const position = sent.headers["refold-position"]
    const answers = [
      ["POST", "/wallet/ada/Deposit", sent],
      ["POST", "/wallet/ada/Deposit", await post("/wallet/ada/Deposit", { cents: 300 }, { "idempotency-key": "k" })],
      ["POST", "/wallet/ada/Deposit", await post("/wallet/ada/Deposit", { cents: 1 }, { "idempotency-key": "k" })],
      ["POST", "/wallet/ada/Withdraw", await post("/wallet/ada/Withdraw", { cents: 1, at })],
      ["POST", "/wallet/ada/Withdraw", await post("/wallet/ada/Withdraw", { cents: 999, at })],
      ["POST", "/wallet/new/Touch", await post("/wallet/new/Touch", {})],
      ["POST", "/wallet/ada/Break", await post("/wallet/ada/Break", {})],
      ["POST", "/card/1/Issue", await post("/card/1/Issue", { to: "ada" })],
      ...await Promise.all(
        [
          "/wallet/ada",
          "/wallet/none",
          "/wallet/ada?version=x",
          `/rows/wallets?after=${position}`,
          "/rows/wallets/wallet-ada",
          "/rows/wallets/none",
          "/health",
          "/ready",
          "/openapi.json"
        ].map(async (path) => ["GET", path, await get(path)] as const)
      )
    ] as const
    for (const [method, path, answered] of answers) {
      expect([method, path, check(method, path, answered)]).toEqual([method, path, undefined])
    }
  })

  it("is checked: an answer that differs from its description is found", async () => {
    const check = Contract.of((await get("/openapi.json")).body)
    const sent = await post("/wallet/ada/Deposit", { cents: 300 })
    expect(check("POST", "/wallet/ada/Deposit", { ...sent, body: { ...sent.body, version: "1" } })).toContain("version")
    expect(check("POST", "/wallet/ada/Deposit", { ...sent, body: { ...sent.body, extra: 1 } })).toContain("additional")
    expect(check("GET", "/health", { ...sent, headers: { "content-type": "text/html" } })).toContain("media type")
  })
})
