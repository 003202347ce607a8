import { ConfigProvider, Effect } from "effect"
import { EventReader } from "refold"
import { expect, it, onTestFinished, vi } from "vitest"
import { freshDatabase } from "../../../packages/postgres/test/support/freshDatabase.ts"
import { store } from "../../examples/start/server.ts"

it("the store of Start opens on the server that DATABASE_URL names", async () => {
  const head = Effect.gen(function*() {
    const env = { DATABASE_URL: yield* freshDatabase() }
    return yield* Effect.flatMap(EventReader.EventReader, ({ head }) => head).pipe(
      Effect.provide(store),
      Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
    )
  })
  expect(await Effect.runPromise(Effect.scoped(head))).toBe(0)
})

it("the store with promises of Start opens on the server that DATABASE_URL names", () =>
  Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const url = yield* freshDatabase()
    yield* Effect.promise(async () => {
      vi.stubEnv("DATABASE_URL", url)
      onTestFinished(() => void vi.unstubAllEnvs())
      const { store } = await import("../../examples/start/promises/server.ts")
      expect(await store.effect(Effect.flatMap(EventReader.EventReader, ({ head }) => head))).toBe(0)
      await store.close()
    })
  }))))
