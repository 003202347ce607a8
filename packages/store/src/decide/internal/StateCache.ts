/**
 * Caches the last states of a handler. A cached state may be stale, or may include events that the log has lost. The append checks
 * its version and last event; without an append the handler must load the newer events first, which checks them too.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import * as Effect from "effect/Effect"
import type { EventReader } from "../../log/EventReader.ts"
import { EventStore } from "../../log/EventStore.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import type { LoadedState } from "../LoadedState.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import * as State from "../State.ts"

/** The cached states of one store. */
export interface States<State> {
  readonly get: (stream: StreamName.StreamName) => LoadedState<State> | undefined
  /** Caches and freezes a state, unless a newer one is cached. */
  readonly put: (loaded: LoadedState<State>) => void
  readonly forget: (stream: StreamName.StreamName) => void
}

/** Loads the current state and caches it; from a known earlier state if there is one. */
export const load = <Command, State, Event extends Tagged, Refusal>(
  states: States<State>,
  aggregate: Aggregate<Command, State, Event, Refusal>,
  stream: StreamName.StreamName,
  known: LoadedState<State> | undefined
): Effect.Effect<LoadedState<State>, State.LoadFailure, EventReader | SnapshotStore> => {
  const loaded = known === undefined
    ? State.load(aggregate, StreamName.id(stream))
    : State.reload(aggregate, known)
  return Effect.tap(loaded, (latest) =>
    Effect.sync(() => {
      if (known !== undefined && !follows(latest, known)) states.forget(stream)
      states.put(latest)
    }))
}

// The log has lost events of a state that is at a lower version, or at the same one with another last event.
const follows = (latest: LoadedState<unknown>, known: LoadedState<unknown>): boolean =>
  latest.version > known.version || latest.lastEventId === known.lastEventId

/**
 * A cache of at most `capacity` states, the least recently used evicted first. There is one for each store and each wire
 * transform: other stores have other streams under the same names, and another transform may decode other events. Inside
 * a transaction of the caller nothing is cached: it may be rolled back, and may not see events that are cached. All states
 * are dropped when another instance of the log answers.
 */
export const make = <State>(capacity: number): Effect.Effect<States<State>, never, EventStore> => {
  const shared = forReloads<State>(capacity)
  return Effect.gen(function*() {
    return (yield* (yield* EventStore).inTransaction) ? makeLru<State>(0) : yield* shared
  })
}

/** As `make`, also inside a transaction: for states that are only used through `load`, which reads their last event again. */
export const forReloads = <State>(capacity: number): Effect.Effect<States<State>, never, EventStore> => {
  const stores = new WeakMap<EventStore["Service"], OfInstance<State>>()
  return Effect.gen(function*() {
    const store = yield* EventStore
    const instance = yield* store.lastInstance
    if (stores.get(store)?.instance !== instance) stores.delete(store)
    const { states } = getOrMake(stores, store, () => ({ instance, states: new WeakMap() }))
    return getOrMake(states, yield* WireTransform, () => makeLru<State>(capacity))
  })
}

interface OfInstance<State> {
  readonly instance: string | undefined
  readonly states: WeakMap<WireTransform, States<State>>
}

const getOrMake = <K extends WeakKey, V>(map: WeakMap<K, V>, key: K, makeValue: () => V): V => {
  const value = map.get(key) ?? makeValue()
  map.set(key, value)
  return value
}

const makeLru = <State>(capacity: number): States<State> => {
  // In the order of use, the most recently used last.
  const known = new Map<StreamName.StreamName, LoadedState<State>>()
  const touch = (loaded: LoadedState<State>): void => {
    known.delete(loaded.stream)
    known.set(loaded.stream, loaded)
  }
  return {
    get: (stream) => {
      const loaded = known.get(stream)
      if (loaded !== undefined) touch(loaded)
      return loaded
    },
    put: ({ isComplete, lastEventId, position, recordedAt, state, stream, version }) => {
      // Streams without events are cheap to load, and a client can ask for any number of them.
      if (!(capacity >= 1) || version < (known.get(stream)?.version ?? 1)) return
      touch({ stream, state: freeze(state), version, lastEventId, position, recordedAt, isComplete })
      if (known.size > capacity) known.delete(known.keys().next().value!)
    },
    forget: (stream) => void known.delete(stream)
  }
}

/**
 * Freezes arrays and plain objects within a value, because callers get the same object that the next command is decided
 * on. Stops at objects that are frozen already, so the cost is that of the parts that the last events changed.
 */
const freeze = <A>(value: A): A => {
  const open: Array<unknown> = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (!isPlain(next) || Object.isFrozen(next)) continue
    for (const part of frozenParts(next)) if (typeof part === "object") open.push(part)
  }
  return value
}

// The events are stored already, so a getter or proxy that throws must not fail the command.
const frozenParts = (value: object): ReadonlyArray<unknown> => {
  try {
    return Object.values(Object.freeze(value))
  } catch {
    return []
  }
}

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null &&
  (Array.isArray(value) || [Object.prototype, null].includes(Object.getPrototypeOf(value)))
