/** The events of an account in the store: append, replay, and the state at a past instant, each in a few lines. */
import { DateTime, Effect, Stream } from "effect"
import { type AsOf, EventIds, EventReader, EventStore, ExpectedVersion, StreamName } from "refold"
import * as Account from "./Account.ts"

/** The stream of an account. */
export const streamOf = (id: string) => Effect.fromResult(StreamName.make(Account.aggregate.category, id))

// #region append
/**
 * Appends events to an account that has `expected` events. Fails with `VersionConflict` if it has another number:
 * then nothing is stored, because another writer appended first.
 */
export const append = Effect.fnUntraced(function*(
  id: string,
  [first, ...others]: readonly [Account.Event, ...ReadonlyArray<Account.Event>],
  { at, expected }: { readonly expected: number; readonly at?: DateTime.Utc }
) {
  const store = yield* EventStore.EventStore
  const newId = yield* EventIds.EventIds
  const occurredAt = at ?? (yield* DateTime.now)
  const stamp = Effect.fnUntraced(function*(event: Account.Event) {
    const encoded = yield* Effect.fromResult(Account.codec.encode(event))
    return { ...encoded, id: yield* newId, metadata: {}, occurredAt }
  })
  const events = [yield* stamp(first), ...yield* Effect.forEach(others, stamp)] as const
  return yield* store.append(yield* streamOf(id), events, { expected: ExpectedVersion.Exact(expected) })
})
// #endregion

// #region replay
/** The state of an account, now or as of a point in the past: its events from the first one, decoded and folded. */
export const replay = Effect.fnUntraced(function*(id: string, asOf?: AsOf.AsOf) {
  const reader = yield* EventReader.EventReader
  return yield* reader.readStream(yield* streamOf(id), { asOf }).pipe(
    Stream.mapEffect((stored) => Effect.fromResult(Account.codec.decode(stored))),
    Stream.flattenIterable,
    Stream.runFold(() => Account.decider.initialState, Account.evolve)
  )
})
// #endregion
