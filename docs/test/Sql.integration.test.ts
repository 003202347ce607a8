import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../packages/postgres/test/support/EmbeddedStore.ts"
import { regionOf } from "./Quotes.ts"

it("the example of SQL has the expected results", async () => {
  const statements = regionOf("docs/examples/store.sql#store").split(/;$/m).filter((text) => text.trim() !== "")
  const run = Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    return yield* Effect.forEach(statements, (statement) => sql.unsafe(statement))
  })
  const [appended, committed, stream, all] = await Effect.runPromise(
    Effect.provide(run, EmbeddedStore.layer(), { local: true })
  )
  expect(appended).toMatchObject([{ stream: "account-ada", version: 1n, deduplicated: false }])
  expect(committed).toMatchObject([{ stream: "account-ada", version: 2n }, { stream: "account-bob", version: 1n }])
  expect(stream).toEqual([{ version: 1n, type: "MoneyDeposited", data: { amount: 500 } }])
  expect(all).toMatchObject([{ stream: "account-ada", type: "MoneyWithdrawn" }, { stream: "account-bob" }])
})
