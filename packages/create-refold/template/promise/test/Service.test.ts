import assert from "node:assert/strict"
import { test } from "node:test"
import { MemoryStore } from "refold"
import { open } from "../src/Service.ts"
import { holdAndRead } from "./Requests.ts"

await test("a hold is in the row of its guest", async () => {
  const { close, endRequests, handler } = await open(MemoryStore.layer)
  assert.deepEqual(await holdAndRead(handler), { held: 1, confirmed: 0 })
  await endRequests()
  await close()
})
