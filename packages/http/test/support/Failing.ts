/** A store in memory whose appends fail. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { EventStore, MemoryStore, StreamName } from "refold"

/** The errors of an append. */
export type CommandFailure = EventStore.CommitFailure

/** The name of a stream. */
export const streamOf = (name: string): StreamName.StreamName => Result.getOrThrow(StreamName.parse(name))

/** A store in memory whose appends fail with this error. */
export const appendFails = (error: CommandFailure): Layer.Layer<MemoryStore.Services> =>
  Layer.effect(
    EventStore.EventStore,
    Effect.map(
      EventStore.EventStore,
      (store) => EventStore.EventStore.of({ ...store, append: () => Effect.fail(error) })
    )
  ).pipe(Layer.provideMerge(MemoryStore.layer))
