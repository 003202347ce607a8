import { Effect } from "effect"
import assert from "node:assert/strict"
import { test } from "node:test"
import { MemoryStore } from "refold"
import { open } from "../src/Service.ts"
import { holdAndRead } from "./Requests.ts"

const program = Effect.gen(function*() {
  const { endRequests, handler } = yield* open
  const row = yield* Effect.promise(() => holdAndRead(handler))
  yield* endRequests
  return row
})

await test("a hold is in the row of its guest", async () => {
  const row = await Effect.runPromise(Effect.provide(Effect.scoped(program), MemoryStore.layer))
  assert.deepEqual(row, { held: 1, confirmed: 0 })
})
