import { ConfigProvider, Effect } from "effect"
import { EventReader } from "refold"
import { expect, it } from "vitest"
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
