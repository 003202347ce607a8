/** Subscriptions to one stream with one fault each. */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import * as MemoryStore from "@refold/memory/MemoryStore"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

type Store = EventStore["Service"]

const subscribing = (change: (store: Store) => Store["subscribeStream"]) =>
  Layer.effect(
    EventStore,
    Effect.map(EventStore, (store) => EventStore.of({ ...store, subscribeStream: change(store) }))
  ).pipe(Layer.provideMerge(MemoryStore.layer))

/** Delivers the events of other streams of the category, too. */
export const followsTheLog = subscribing((store) => (stream, { types } = {}) =>
  Stream.filter(store.subscribe({ types }), (event) => event.stream.slice(0, 17) === stream.slice(0, 17))
)

export const endsWithTheStoredEvents = subscribing((store) => (stream, options) => store.readStream(stream, options))

export const deliversTheLastAgain = subscribing((store) => (stream, { after = 0, ...options } = {}) =>
  store.subscribeStream(stream, { ...options, after: StreamVersion(Math.max(0, after - 1)) })
)
