/** Command handlers that cache states, with one fault each. */
import * as View from "@refold/core/decide/View"
import { decodeAll } from "@refold/core/event/EventCodec"
import * as StreamName from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import { versionConflict } from "@refold/core/journal/AppendError"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as CommandHandler from "@refold/store/decide/CommandHandler"
import type { LoadedState } from "@refold/store/decide/LoadedState"
import { EventStore } from "@refold/store/log/EventStore"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type * as EventStoreSuite from "../../../src/EventStoreSuite.ts"
import type * as Sample from "../../../src/kit/internal/Sample.ts"

type Make = NonNullable<Parameters<typeof EventStoreSuite.handlerProperties>[0]>

interface Fault {
  /** The key of the cache for a store. */
  readonly owner: (store: EventStore["Service"]) => object
  /** Whether the events after the cached version are read before a command is refused. */
  readonly reads: boolean
}

/** Refuses commands by cached states. Other commands are handled without a cache. */
const refusing = ({ owner, reads }: Fault): Make => (aggregate) => {
  const owners = new WeakMap<object, Map<string, LoadedState<Sample.State>>>()
  const handle = CommandHandler.make(aggregate, { cache: 0 })
  return Effect.fnUntraced(function*(id, command, options = {}) {
    const key = owner(yield* EventStore)
    const known = owners.get(key) ?? new Map<string, LoadedState<Sample.State>>()
    owners.set(key, known)
    const remembered = known.get(id)
    if (remembered !== undefined && options.expected === undefined) {
      const { state } = reads ? yield* withTail(aggregate, remembered) : remembered
      const decision = aggregate.decider.decide(command, state)
      if (Result.isFailure(decision)) return yield* Effect.fail(decision.failure)
    }
    const handled = yield* handle(id, command, options)
    known.set(id, handled)
    return handled
  })
}

// Unlike `State.reload`, it does not check that the last event of the state is still stored.
const withTail = Effect.fnUntraced(function*(
  { decider, events: codec }: Pick<typeof Sample.aggregate, "decider" | "events">,
  { state, stream, version }: LoadedState<Sample.State>
) {
  const { readStream } = yield* EventStore
  const tail = yield* Stream.runCollect(readStream(stream, { after: version }))
  return { state: View.foldFrom(decider, state, Result.getOrThrow(decodeAll(codec, tail))) }
})

const itself = (store: EventStore["Service"]) => store

/** Reports a conflict with a cached version without reading the stream. */
export const conflictsByCachedVersion: Make = (aggregate) => {
  const versions = new WeakMap<EventStore["Service"], Map<string, StreamVersion>>()
  const handle = CommandHandler.make(aggregate, { cache: 0 })
  return Effect.fnUntraced(function*(id, command, options = {}) {
    const store = yield* EventStore
    const known = versions.get(store) ?? new Map<string, StreamVersion>()
    versions.set(store, known)
    const version = known.get(id)
    const { expected = ExpectedVersion.Any } = options
    if (version !== undefined && !ExpectedVersion.matches(expected, version)) {
      const stream = Result.getOrThrow(StreamName.make(aggregate.category, id))
      return yield* versionConflict(stream, expected, version)
    }
    const handled = yield* handle(id, command, options)
    known.set(id, handled.version)
    return handled
  })
}

export const refusesByCachedState = refusing({ owner: itself, reads: false })

export const foldsTheTailOnly = refusing({ owner: itself, reads: true })

const allStores = {}

export const sharesItsCacheBetweenStores = refusing({ owner: () => allStores, reads: true })
