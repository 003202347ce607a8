import { Effect } from "effect"
import { MemoryStore } from "refold"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../packages/postgres/test/support/EmbeddedStore.ts"
import { customers } from "../examples/Richest.ts"

it("the projection of the README gives the same rows in memory and in PostgreSQL, now and before", async () => {
  const expected = { now: ["wallet-bob", "wallet-ada"], before: ["wallet-ada", "wallet-bob"] }
  expect(await Effect.runPromise(Effect.provide(customers, MemoryStore.layer))).toEqual(expected)
  expect(await Effect.runPromise(Effect.provide(customers, EmbeddedStore.layer()))).toEqual(expected)
})
