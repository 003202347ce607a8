import { Effect, Option } from "effect"
import { MemoryStore } from "refold"
import { expect, it } from "vitest"
import * as Consistency from "../../examples/concepts/Consistency.ts"

it("a command with an outdated expected version fails with a conflict that names both versions", async () => {
  const error = await Effect.runPromise(Effect.provide(Consistency.conflict, MemoryStore.layer))
  expect(error).toMatchObject({ _tag: "VersionConflict", expected: { _tag: "Exact", version: 1 } })
  expect(error).toMatchObject({ actual: Option.some(2) })
})

it("a repeated command gets the first answer, and another command under its key a conflict", async () => {
  const { again, first, misused } = await Effect.runPromise(Effect.provide(Consistency.retry, MemoryStore.layer))
  expect(first).toMatchObject({ state: 100, version: 2, deduplicated: false })
  expect(again).toMatchObject({ state: 100, version: 2, deduplicated: true })
  expect(misused._tag).toBe("IdempotencyConflict")
})

it("a query after awaiting an answer includes the command", async () => {
  const row = await Effect.runPromise(Effect.provide(Consistency.ownWrites, MemoryStore.layer))
  expect(Option.getOrThrow(row).state).toEqual({ cents: 700, movements: 1 })
})
