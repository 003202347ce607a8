import { Effect, Option } from "effect"
import { MemoryStore, Snapshots, StreamName } from "refold"
import { expect, it } from "vitest"
import { manyCents, Wallet } from "../../examples/concepts/Snapshots.ts"

it("a handler saves a snapshot at the hundredth event, and a load gives the state of all 101", async () => {
  const program = Effect.gen(function*() {
    const loaded = yield* manyCents
    const stream = yield* Effect.fromResult(StreamName.make("wallet", "ada"))
    return { loaded, snapshot: yield* Snapshots.find(Wallet.snapshots, stream) }
  })
  const { loaded, snapshot } = await Effect.runPromise(Effect.provide(program, MemoryStore.layer))
  expect(loaded).toMatchObject({ state: 101, version: 101 })
  expect(Option.getOrThrow(snapshot)).toMatchObject({ state: 100, version: 100 })
})
