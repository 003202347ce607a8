/**
 * The last states of a process's instances, for the observer and the workers of all runners in this program. An instance is
 * loaded from its cached state, so the cost of an event does not grow with the number of earlier ones.
 */
import type { Tagged } from "@refold/core/event/EventType"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import * as Process from "@refold/core/process/Process"
import * as Effect from "effect/Effect"
import * as StateCache from "../../decide/internal/StateCache.ts"
import type { LoadedState } from "../../decide/LoadedState.ts"
import type { SnapshotStore } from "../../decide/SnapshotStore.ts"
import type * as State from "../../decide/State.ts"
import type { EventReader } from "../../log/EventReader.ts"
import type { EventStore } from "../../log/EventStore.ts"

/** Loads an instance, from its cached state if there is one. Fails as `State.load` does. */
export const load = Effect.fnUntraced(function*<Event extends Tagged, State>(
  process: Process.Process<Event, State>,
  instance: string
): Effect.fn.Return<LoadedState<Instance<State>>, State.LoadFailure, EventStore | EventReader | SnapshotStore> {
  const stream = yield* Effect.fromResult(Process.streamOf(process, instance))
  const states = yield* statesOf(process)
  return yield* StateCache.load(states, process.instances, stream, states.get(stream))
})

/** Caches an instance after the events that were recorded last, although their transaction may still be rolled back. */
export const put = Effect.fnUntraced(function*<State>(
  process: Pick<Process.Process<never, State>, "instances">,
  loaded: LoadedState<Instance<State>>
): Effect.fn.Return<void, never, EventStore> {
  const states = yield* statesOf(process)
  states.put(loaded)
})

// As many as a command handler.
const capacity = 1000

type Cached<State> = Effect.Effect<StateCache.States<Instance<State>>, never, EventStore>

const statesOf = <State>({ instances }: Pick<Process.Process<never, State>, "instances">): Cached<State> => {
  // The states under these instances are their own.
  const known = caches.get(instances) as Cached<State> | undefined
  const cached = known ?? StateCache.forReloads<Instance<State>>(capacity)
  caches.set(instances, cached)
  return cached
}

const caches = new WeakMap<object, unknown>()
