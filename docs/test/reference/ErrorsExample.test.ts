import { Effect } from "effect"
import { CommandHandler, MemoryStore } from "refold"
import { expect, it } from "vitest"
import { withdraw } from "../../examples/reference/Errors.ts"
import { Wallet } from "../../examples/Wallet.ts"

it("the example of errors answers a refusal, a repetition and a bad request", async () => {
  const answers = Effect.gen(function*() {
    yield* CommandHandler.make(Wallet)("ada", { _tag: "Deposit", cents: 500, from: "salary" })
    return [
      yield* withdraw("ada", 200, "one"),
      yield* withdraw("ada", 200, "one"),
      yield* withdraw("ada", 300, "one"),
      yield* withdraw("ada", 9_000, "two"),
      yield* withdraw("ada", 0.5, "three")
    ]
  })
  expect(await Effect.runPromise(Effect.provide(answers, MemoryStore.layer))).toEqual([
    "paid, 300 left",
    "paid, 300 left",
    "bad request: idempotency key \"one\" was used before with different content: use a new key",
    "there is only 300",
    "bad request: cents: Expected an integer"
  ])
})
