import type { PostgresStore } from "@refold/postgres"
import { ConfigProvider, Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { CommandHandler, State } from "refold"
import { afterAll, expect, it } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import * as Stores from "../../examples/howto/Stores.ts"
import { Wallet } from "../../examples/Wallet.ts"

const folder = mkdtempSync(join(tmpdir(), "refold-stores-"))
afterAll(() => rmSync(folder, { recursive: true }))

const handle = CommandHandler.make(Wallet)
const deposit = Effect.map(handle("ada", { _tag: "Deposit", cents: 5, from: "salary" }), ({ state }) => state)

it("every store runs the same program; stores of two tenants share nothing", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    expect(yield* Effect.provide(deposit, Stores.memory)).toBe(5)
    const environment = ConfigProvider.layer(
      ConfigProvider.fromUnknown({ DATABASE_URL: yield* freshDatabase() })
    )
    const on = <E>(store: Layer.Layer<PostgresStore.Services, E>) =>
      Effect.provide(deposit, Layer.provide(store, environment), { local: true })
    expect([yield* on(Stores.server), yield* on(Stores.pooled)]).toEqual([5, 10])
    expect([yield* on(Stores.storeOf("north")), yield* on(Stores.storeOf("south"))]).toEqual([5, 5])
  }))))

it("an embedded store keeps its folder, and refuses a folder that is open", () =>
  Effect.runPromise(Effect.gen(function*() {
    const store = () => Stores.embeddedIn(join(folder, "wallets"))
    yield* Effect.provide(deposit, store(), { local: true })
    const second = Effect.flip(Effect.scoped(Layer.build(store())))
    const again = Effect.all([State.load(Wallet, "ada"), second])
    const [{ state }, refused] = yield* Effect.provide(again, store(), { local: true })
    expect(state).toBe(5)
    expect(refused).toMatchObject({ _tag: "EmbeddedUnavailable", reason: "FolderInUse" })
  })))
