/** Records the decisions of a process's instances about a batch of events: in few commits, each within the limits of a store. */
import type { NewEvent } from "@refold/core/event/NewEvent"
import type { StreamName } from "@refold/core/event/StreamName"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { storedLength } from "@refold/core/internal/event/StoredLength"
import type { Instance } from "@refold/core/internal/process/ProcessInstance"
import type { VersionConflict } from "@refold/core/journal/AppendError"
import * as Commit from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as SizeLimits from "@refold/core/journal/SizeLimits"
import type { Process } from "@refold/core/process/Process"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type { LoadedState } from "../../decide/LoadedState.ts"
import { EventStore } from "../../log/EventStore.ts"
import { EventStoreError } from "../../log/EventStoreError.ts"
import * as InstanceCache from "./InstanceCache.ts"

/** The decisions of an instance. */
export interface Decisions<State> extends Pick<LoadedState<unknown>, "stream" | "version" | "lastEventId"> {
  /** They come after the last event of the loaded instance. */
  readonly events: ReadonlyArray<NewEvent>
  /** The loaded instance with the state after these events; undefined if there are none. */
  readonly after: LoadedState<Instance<State>> | undefined
}

/**
 * Records decisions. Workers record outcomes at the same time: an instance whose version conflicts decides again. If the
 * store has transactions, the caller's one holds all commits.
 */
export const record = Effect.fnUntraced(function*<State, R>(
  process: Pick<Process<never, State>, "instances">,
  decisions: ReadonlyArray<Decisions<State>>,
  decideAgain: (stream: StreamName) => Effect.Effect<Decisions<State>, EventStoreError, R>
): Effect.fn.Return<void, EventStoreError, EventStore | R> {
  const open = new Map(decisions.flatMap((one) => one.events.length === 0 ? [] : [[one.stream, one]]))
  for (;;) {
    const group = nextCommit([...open.values()])
    if (!Arr.isReadonlyArrayNonEmpty(group)) return
    const conflict = yield* commit(group)
    for (const one of conflict === undefined ? group : []) {
      open.delete(one.stream)
      yield* cache(process, one)
    }
    if (conflict === undefined) continue
    const again = yield* decideAgain(conflict.stream)
    if (again.events.length > 0) open.set(conflict.stream, again)
    else open.delete(conflict.stream)
  }
})

const maxBytes = SizeLimits.defaults.commit / 2

// As many as fit, at least one.
const nextCommit = <State>(open: ReadonlyArray<Decisions<State>>): ReadonlyArray<Decisions<State>> => {
  let bytes = 0
  const end = open.slice(0, Commit.maxWrites).findIndex(({ events }, index) => {
    for (const { data, metadata } of events) bytes += storedLength(data) + storedLength(metadata)
    return index > 0 && bytes > maxBytes
  })
  return open.slice(0, end === -1 ? Commit.maxWrites : end)
}

const commit = Effect.fnUntraced(function*<State>(
  decisions: Arr.NonEmptyReadonlyArray<Decisions<State>>
): Effect.fn.Return<VersionConflict | undefined, EventStoreError, EventStore> {
  const writes = Arr.map(decisions, ({ events, lastEventId, stream, version }) => ({
    stream,
    expected: ExpectedVersion.Exact(version),
    lastEventId,
    events
  }))
  return yield* (yield* EventStore).commit({ writes }).pipe(
    Effect.as(undefined),
    Effect.catch((error) =>
      error._tag === "VersionConflict"
        ? Effect.succeed(error)
        : error._tag === "EventStoreError"
        ? error
        : new EventStoreError({ operation: "record what a process decided", cause: error })
    )
  )
})

const cache = <State>(
  process: Pick<Process<never, State>, "instances">,
  { after, events, version }: Decisions<State>
): Effect.Effect<void, never, EventStore> => {
  const last = events.at(-1)
  if (after === undefined || last === undefined) return Effect.void
  const place = { version: StreamVersion(version + events.length), lastEventId: last.id }
  return InstanceCache.put(process, { ...after, ...place })
}
