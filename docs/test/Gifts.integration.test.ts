import { Effect } from "effect"
import { MemoryStore } from "refold"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../packages/postgres/test/support/EmbeddedStore.ts"
import { birthday } from "../examples/Gifts.ts"

it("the saga of the README completes and compensates, in memory and in PostgreSQL", async () => {
  const expected = { over: ["Succeeded", "Compensated"], ada: 700 }
  expect(await Effect.runPromise(Effect.provide(birthday, MemoryStore.layer))).toEqual(expected)
  expect(await Effect.runPromise(Effect.provide(birthday, EmbeddedStore.layer()))).toEqual(expected)
})
