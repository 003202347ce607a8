import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Stream from "effect/Stream"
import { EventReader } from "refold"
import { describe, expect, it } from "vitest"
import { Http } from "../src/index.ts"
import * as Client from "./support/Client.ts"
import { apiOf, Card, layer } from "./support/Sample.ts"

const deposit = { cents: 1 }

describe("the rule of an API", () => {
  it("gets each command and query as it was parsed, with the request", async () => {
    const seen: Array<unknown> = []
    const { get, post } = Client.open({
      authorize: (call, request) => {
        seen.push([call.kind, call.resource, call.payload, request.headers.get("authorization")])
        return { allow: true }
      }
    })
    const headers = { authorization: "Bearer x" }
    await post("/wallet/ada/Deposit", deposit, headers)
    await get("/wallet/ada", headers)
    await get("/rows/wallets/wallet-ada", headers)
    await get("/rows/wallets?limit=3", headers)
    expect(seen).toEqual([
      ["Command", "wallet", { _tag: "Deposit", cents: 1 }, "Bearer x"],
      ["Query", "wallet", { _tag: "State", aggregate: "wallet", id: "ada", asOf: undefined }, "Bearer x"],
      ["Query", "wallets", { _tag: "Row", projection: "wallets", key: "wallet-ada" }, "Bearer x"],
      ["Query", "wallets", {
        _tag: "Rows",
        projection: "wallets",
        query: { where: {}, range: {}, descending: false, limit: 3 }
      }, "Bearer x"]
    ])
  })

  it("denies with 403 and its reason, or with 401 and its challenge", async () => {
    const { get, post } = Client.open({
      authorize: ({ kind }) =>
        kind === "Command"
          ? { allow: false, reason: "read only" }
          : { allow: false, reason: "log in", challenge: "Bearer realm=\"wallets\"" }
    })
    expect(await post("/wallet/ada/Deposit", deposit)).toMatchObject({
      status: 403,
      body: { type: "urn:refold:problem:Forbidden", reason: "read only" }
    })
    for (const path of ["/wallet/ada", "/rows/wallets", "/rows/wallets/x", "/events"]) {
      expect(await get(path)).toMatchObject({
        status: 401,
        headers: { "www-authenticate": "Bearer realm=\"wallets\"" },
        body: { type: "urn:refold:problem:Unauthenticated", detail: "log in" }
      })
    }
  })

  it("that fails, throws, rejects or returns an invalid value denies without showing its error", async () => {
    const rules = [
      () => {
        throw new Error("secret")
      },
      () => Promise.reject(new Error("secret")),
      () => Effect.fail("secret"),
      () => Effect.die("secret")
    ]
    for (const authorize of rules) {
      const { body, status } = await Client.open({ authorize }).post("/wallet/ada/Deposit", deposit)
      expect(status).toBe(500)
      expect(JSON.stringify(body)).not.toContain("secret")
    }
    const nonsense = Client.open({ authorize: () => undefined as never })
    expect((await nonsense.post("/wallet/ada/Deposit", deposit)).status).toBeGreaterThanOrEqual(400)
  })

  it("is not called for health, readiness and the document", async () => {
    const { get } = Client.open({ authorize: () => ({ allow: false, reason: "no" }) })
    for (const path of ["/health", "/openapi.json"]) expect(await get(path)).toMatchObject({ status: 200 })
  })

  it("may be an effect that needs services, and names the actor of the events", async () => {
    class Users extends Context.Service<Users, { readonly nameOf: (token: string) => string }>()("test/Users") {}
    const api = Http.makeUnsafe({
      aggregates: { card: Http.aggregate(Card, {}) },
      authorize: (_call, request) =>
        Effect.map(Users, ({ nameOf }) => ({
          allow: true as const,
          actor: nameOf(request.headers.get("authorization") ?? "")
        }))
    })
    const users = Layer.succeed(Users, Users.of({ nameOf: (token) => `user of ${token}` }))
    const runtime = ManagedRuntime.make(Layer.merge(layer, users))
    const { handler } = Http.toWebHandlerWith(api, (effect) => runtime.runPromise(effect))
    await Client.of(handler).post("/card/1/Issue", { to: "ada" }, { authorization: "t", "x-correlation-id": "c" })
    const events = await runtime.runPromise(
      Effect.flatMap(EventReader.EventReader, (reader) => Stream.runCollect(reader.readAll()))
    )
    await runtime.dispose()
    expect(events.map(({ metadata }) => metadata)).toEqual([{ actor: "user of t", correlationId: "c" }])
    // @ts-expect-error the rule needs `Users`, and the layer does not have them
    expect(() => Http.toWebHandler(api, layer)).not.toThrow()
  })

  it("is not called for a malformed command", async () => {
    let asked = 0
    const { post } = Client.of(
      Http.toWebHandler(
        apiOf({
          authorize: () => {
            asked += 1
            return { allow: true }
          }
        }),
        layer
      ).handler
    )
    await post("/wallet/ada/Deposit", { cents: "one" })
    expect(asked).toBe(0)
  })
})
