/**
 * The states that a handler saw last. Each is the fold of a stream's first events, which never change: it cannot be wrong,
 * only out of date. Whoever believes it must first have heard from the store that nothing came after.
 */
import type { Aggregate } from "@refold/core/decide/Aggregate"
import type { Tagged } from "@refold/core/event/EventType"
import * as StreamName from "@refold/core/event/StreamName"
import * as Effect from "effect/Effect"
import type { EventReader } from "../../log/EventReader.ts"
import { EventStore } from "../../log/EventStore.ts"
import { WireTransform } from "../../log/WireTransform.ts"
import type { Loaded } from "../Loaded.ts"
import type { SnapshotStore } from "../SnapshotStore.ts"
import * as State from "../State.ts"

/** The remembered states of one store. */
export interface States<State> {
  readonly get: (stream: StreamName.StreamName) => Loaded<State> | undefined
  /** Freezes the state. One that is older than what is remembered is not kept. */
  readonly put: (loaded: Loaded<State>) => void
  readonly forget: (stream: StreamName.StreamName) => void
}

/** Loads the state as it is now, and remembers it; from an earlier one where that is known, else all of it anew. */
export const load = <Command, State, Event extends Tagged, Refusal>(
  states: States<State>,
  aggregate: Aggregate<Command, State, Event, Refusal>,
  stream: StreamName.StreamName,
  known: Loaded<State> | undefined
): Effect.Effect<Loaded<State>, State.LoadFailure, EventReader | SnapshotStore> => {
  if (known === undefined) states.forget(stream)
  const loaded = known === undefined
    ? State.load(aggregate, StreamName.id(stream))
    : State.reload(aggregate, known)
  return Effect.tap(loaded, (latest) => Effect.sync(() => states.put(latest)))
}

/**
 * The states of at most so many streams, those handled last, for the store and the transform in scope: another store
 * has other streams of the same names, and through another transform a stream may read differently. None in a
 * transaction of the caller's: it may be rolled back, and may be unable to see what others saw before.
 */
export const make = <State>(capacity: number): Effect.Effect<States<State>, never, EventStore> => {
  const stores = new WeakMap<EventStore["Service"], WeakMap<WireTransform, States<State>>>()
  return Effect.gen(function*() {
    const store = yield* EventStore
    if (yield* store.inTransaction) return remember<State>(0)
    const states = getOrMake(stores, store, () => new WeakMap<WireTransform, States<State>>())
    return getOrMake(states, yield* WireTransform, () => remember<State>(capacity))
  })
}

const getOrMake = <K extends WeakKey, V>(map: WeakMap<K, V>, key: K, makeValue: () => V): V => {
  const value = map.get(key) ?? makeValue()
  map.set(key, value)
  return value
}

const remember = <State>(capacity: number): States<State> => {
  // In the order in which they were put or asked for, the latest last.
  const known = new Map<StreamName.StreamName, Loaded<State>>()
  const touch = (loaded: Loaded<State>): void => {
    known.delete(loaded.stream)
    known.set(loaded.stream, loaded)
  }
  return {
    get: (stream) => {
      const loaded = known.get(stream)
      if (loaded !== undefined) touch(loaded)
      return loaded
    },
    put: ({ isComplete, position, recordedAt, state, stream, version }) => {
      // Streams without events cost nothing to load, and anybody can ask for any number of them.
      if (!(capacity >= 1) || version < (known.get(stream)?.version ?? 1)) return
      touch({ stream, state: freeze(state), version, position, recordedAt, isComplete })
      if (known.size > capacity) known.delete(known.keys().next().value!)
    },
    forget: (stream) => void known.delete(stream)
  }
}

/**
 * Freezes arrays and plain objects within a value, for callers get the very state that is decided on next. Stops at what
 * is frozen already, so that a state costs what its last events have changed.
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

// The events are stored by now: a getter or a proxy that will not have it must not fail the command.
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
