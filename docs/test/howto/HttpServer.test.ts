import { MemoryStore } from "refold"
import { afterAll, beforeAll, expect, it } from "vitest"
import { serve } from "../../examples/howto/HttpServer.ts"

const { runtime, server } = serve(MemoryStore.layer)
let base = ""

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  base = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`
})

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve))
  await runtime.dispose()
})

const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(base + path, init)
  return [response.status, await response.json()]
}
const post = (id: string, body: string, key?: string) =>
  ask(`/wallets/${id}`, { method: "POST", body, headers: key === undefined ? {} : { "idempotency-key": key } })
const deposit = JSON.stringify({ _tag: "Deposit", cents: 500, from: "salary" })

it("a command that comes twice under one key is handled once", async () => {
  expect(await post("ada", deposit, "wire-7")).toEqual([200, { balance: 500, version: 1, deduplicated: false }])
  expect(await post("ada", deposit, "wire-7")).toEqual([200, { balance: 500, version: 1, deduplicated: true }])
  expect(await ask("/wallets/ada")).toEqual([200, { balance: 500, version: 1 }])
})

it("each kind of failure has a status of its own", async () => {
  const withdraw = JSON.stringify({ _tag: "Withdraw", cents: 1 })
  expect(await post("bob", withdraw)).toEqual([422, { _tag: "NotEnough", balance: 0 }])
  expect(await post("bob", "{")).toEqual([400, { _tag: "NoJson" }])
  expect(await post("bob", JSON.stringify({ _tag: "Deposit", cents: 0.5, from: 1 }))).toMatchObject([
    400,
    { _tag: "CommandInvalid", issues: [{ path: "cents" }, { path: "from" }] }
  ])
  expect(await post("bob", JSON.stringify({ _tag: "Steal" }))).toMatchObject([400, { _tag: "UnknownCommand" }])
  expect(await post("ada", withdraw, "wire-7")).toEqual([409, { _tag: "IdempotencyConflict" }])
  expect(await ask("/cards/ada")).toEqual([404, { _tag: "NotFound" }])
})
