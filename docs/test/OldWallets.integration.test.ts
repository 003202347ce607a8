import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { State } from "refold"
import { expect, it } from "vitest"
import * as EmbeddedStore from "../../packages/postgres/test/support/EmbeddedStore.ts"
import { move } from "../examples/OldWallets.ts"
import { Wallet } from "../examples/Wallet.ts"

const moved = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE wallets (owner text PRIMARY KEY, cents text)`
  yield* sql`INSERT INTO wallets VALUES ('ada', '1000'), ('bob', '400'), ('eve', 'many'), ('zed', '0')`
  const result = yield* move(Effect.gen(function*() {
    yield* sql`UPDATE wallets SET cents = '700' WHERE owner = 'ada'`
    yield* sql`INSERT INTO wallets VALUES ('dan', '50')`
  }))
  const frozen = yield* Effect.flip(sql`UPDATE wallets SET cents = '1' WHERE owner = 'bob'`)
  const wallets = yield* Effect.forEach(["ada", "bob", "dan"], (id) => State.load(Wallet, id))
  return { ...result, frozen: String(Object(frozen.reason.cause).message), wallets }
})

it("the example of the README moves a table of wallets", async () => {
  const { changes, frozen, rehearsal, seeded, totals, wallets } = await Effect.runPromise(
    Effect.provide(moved, EmbeddedStore.layer(), { local: true })
  )
  expect(seeded).toEqual(rehearsal)
  expect(seeded.skippedRows).toMatchObject([{ key: "eve", rows: 1 }])
  expect(changes).toBe(2)
  expect(totals).toEqual([{ fact: "cents", legacy: 1_150n, events: 1_150n }])
  expect(wallets.map(({ state, version }) => [state, version])).toEqual([[700, 2], [400, 1], [50, 1]])
  expect(frozen).toContain("refused")
})
