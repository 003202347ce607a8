// What the page says of a store that cannot be read.
import { Effect, Layer, Scope, Stream } from "effect"
import { EventReader, EventStoreError, MemoryStore } from "refold"
import { expect, it } from "vitest"
import * as Recorder from "../../playground/run/Recorder.ts"

/** A store whose log is read by `readAll`. */
const storeWith = (readAll: EventReader.EventReader["Service"]["readAll"]) =>
  Layer.effect(EventReader.EventReader, Effect.map(EventReader.EventReader, (reader) => ({ ...reader, readAll }))).pipe(
    Layer.provide(MemoryStore.layer)
  )

const open = (recorder: Recorder.Recorder, readAll: EventReader.EventReader["Service"]["readAll"]) =>
  Layer.build(recorder.layer(storeWith(readAll)))

it("a store whose log cannot be read when it is released is noted", async () => {
  const recorder = Recorder.make()
  await Effect.runPromise(Effect.scoped(open(recorder, () => Stream.empty)))
  expect((await recorder.report()).notes).toEqual([])
  const lost = new EventStoreError.EventStoreError({ operation: "read", cause: "lost" })
  await Effect.runPromise(Effect.scoped(open(recorder, () => Stream.fail(lost))))
  expect((await recorder.report()).notes).toEqual([Recorder.unread])
})

it("a store that is open, and whose log does not end, is noted in time", async () => {
  const recorder = Recorder.make()
  const scope = Scope.makeUnsafe()
  await Effect.runPromise(Scope.provide(open(recorder, () => Stream.never), scope))
  expect((await recorder.report()).notes).toEqual([Recorder.unread])
  expect(recorder.isOpen()).toBe(true)
})
