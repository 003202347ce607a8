/** Replaces the stored definition of a process or a consumer: for event types that are removed on purpose. */
import * as Effect from "effect/Effect"
import type { EventStoreError } from "../../log/EventStoreError.ts"
import { ReadModelStore, type RowsIdentity } from "../ReadModelStore.ts"

/** Gives all generations of this name the definition. */
export const redefine = Effect.fnUntraced(function*(
  { definition, name }: RowsIdentity
): Effect.fn.Return<void, EventStoreError, ReadModelStore> {
  const store = yield* ReadModelStore
  yield* Effect.forEach(
    yield* store.generations(name),
    ({ id }) => store.updateAll(id, Effect.forEach(({ redefine }) => redefine(definition), { discard: true })),
    { discard: true }
  )
})
