import { Effect, Option, Result } from "effect"
import { EventIds, EventStore, MemoryStore, StreamName } from "refold"
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

const { imported } = Consistency

it("an event id that is sent again is refused: a conflict at the same expected version, else a duplicate", async () => {
  const { conflict, duplicate } = await Effect.runPromise(Effect.provide(Consistency.resend, MemoryStore.layer))
  expect(conflict).toMatchObject({ _tag: "VersionConflict", actual: Option.some(1) })
  expect(duplicate).toMatchObject({ _tag: "DuplicateEventId", id: imported.id })
})

it("an append that is repeated under its key gets the first result", async () => {
  const { again, first } = await Effect.runPromise(Effect.provide(Consistency.resendByKey, MemoryStore.layer))
  expect(first.deduplicated).toBe(false)
  expect(again).toEqual({ ...first, deduplicated: true })
})

it("an append that looks its event up after a conflict stores it once, and keeps other conflicts", async () => {
  const twice = Effect.all([Consistency.appendOnce, Consistency.appendOnce])
  expect(await Effect.runPromise(Effect.provide(twice, MemoryStore.layer))).toEqual([1, 1])
  const other = Effect.gen(function*() {
    const store = yield* EventStore.EventStore
    yield* store.append(Result.getOrThrow(StreamName.make("wallet", "dora")), [{
      ...imported,
      id: yield* yield* EventIds.EventIds
    }])
    return yield* Effect.flip(Consistency.appendOnce)
  })
  expect(await Effect.runPromise(Effect.provide(other, MemoryStore.layer))).toMatchObject({ _tag: "VersionConflict" })
})
