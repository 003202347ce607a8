import { Effect, Layer, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { CommandHandler, EventReader, MemoryStore, State, Store, Verifier } from "refold"
import { expect, it } from "vitest"
import * as Example from "../../examples/howto/Forgetting.ts"

const ada = { name: "Ada Lovelace", email: "ada@example.org" }

const keysOf = (stored: Map<string, Buffer>): Example.Keys => ({
  get: (person) =>
    Effect.sync(() => {
      const key = stored.get(person) ?? randomBytes(32)
      stored.set(person, key)
      return key
    }),
  find: (person) => Effect.sync(() => stored.get(person))
})

const run = <A, E>(
  program: (keys: Map<string, Buffer>) => Effect.Effect<A, E, Layer.Success<typeof MemoryStore.layer>>
) => {
  const keys = new Map<string, Buffer>()
  return Effect.runPromise(
    program(keys).pipe(Effect.provide(Example.layer(keysOf(keys))), Effect.provide(Layer.fresh(MemoryStore.layer)))
  )
}

const register = Effect.gen(function*() {
  const handle = CommandHandler.make(Example.Customer)
  yield* handle("1", { _tag: "Register", person: "p-1", contact: ada })
  return yield* handle("1", { _tag: "Move", city: "London" })
})

it("contact data are stored encrypted, and read as they were", () =>
  run(() =>
    Effect.gen(function*() {
      yield* register
      const reader = yield* EventReader.EventReader
      const stored = yield* Stream.runCollect(reader.readAll())
      expect(JSON.stringify(stored)).not.toMatch(/Lovelace|ada@/)
      expect(JSON.stringify(stored)).toContain("London")
      expect((yield* State.load(Example.Customer, "1")).state).toEqual(ada)
    })
  ))

it("without the key the same events are read as those of a forgotten person", () =>
  run((keys) =>
    Effect.gen(function*() {
      yield* register
      keys.delete("p-1")
      expect((yield* State.load(Example.Customer, "1")).state).toEqual({ name: "forgotten", email: "forgotten" })
      const handled = yield* CommandHandler.make(Example.Customer)("1", { _tag: "Move", city: "Paris" })
      expect(handled).toMatchObject({ version: 3, state: { name: "forgotten" } })
      expect(yield* Stream.runCollect(Store.verify({ verifiers: [Verifier.aggregate(Example.Customer)] }))).toEqual([])
    })
  ))

it("a handler that remembers a state goes on with it after the key is deleted", () =>
  run((keys) =>
    Effect.gen(function*() {
      const handle = CommandHandler.make(Example.Customer)
      yield* handle("1", { _tag: "Register", person: "p-1", contact: ada })
      keys.delete("p-1")
      expect((yield* handle("1", { _tag: "Move", city: "Paris" })).state).toEqual(ada)
    })
  ))
