import { Effect } from "effect"
import { expect, it } from "vitest"
import { inMemory, inPostgres } from "../examples/Shopping.ts"

const expected = { balance: 500, atFirst: 1000, refused: "NotEnough" }

it("the example of the README has the same output in memory and in PostgreSQL", async () => {
  expect(await Effect.runPromise(inMemory)).toEqual(expected)
  expect(await Effect.runPromise(inPostgres)).toEqual(expected)
})
