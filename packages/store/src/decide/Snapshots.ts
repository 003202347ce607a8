/** Snapshots of an aggregate: loads one in place of the events before it, and saves one when it is due. */
import type { Snapshotting } from "@refold/core/decide/Aggregate"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import { printable } from "@refold/core/internal/event/Printable"
import type * as AsOf from "@refold/core/journal/AsOf"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventStoreError } from "../log/EventStoreError.ts"
import type { LoadedState } from "./LoadedState.ts"
import { type Snapshot, type SnapshotKey, SnapshotStore } from "./SnapshotStore.ts"

/**
 * The snapshot to start a load from. None if there is none, it cannot be decoded, it may include events after `asOf`, or
 * the snapshot store fails (logged): the load then starts at the first event. The caller must check that the last event of
 * the snapshot is still stored.
 */
export const find = Effect.fnUntraced(function*<State>(
  snapshots: Option.Option<Snapshotting<State>>,
  stream: StreamName,
  asOf?: AsOf.AsOf
): Effect.fn.Return<Option.Option<LoadedState<State>>, never, SnapshotStore> {
  if (Option.isNone(snapshots)) return Option.none()
  const found = yield* Effect.catch(
    (yield* SnapshotStore).find(keyOf(snapshots.value, stream)),
    (error) =>
      Effect.as(
        Effect.logWarning(
          printable(`the snapshot of "${stream}" could not be read; the state is folded from its events`),
          error
        ),
        Option.none()
      )
  )
  if (Option.isNone(found) || !isCovered(found.value, asOf)) return Option.none()
  const { lastEventId, position, recordedAt, version } = found.value
  return Option.map(
    snapshots.value.decode(found.value.state),
    (state) => ({ stream, state, version, lastEventId, position, recordedAt, isComplete: true })
  )
})

/**
 * Saves a loaded state as a snapshot. Does nothing for an aggregate without `snapshots`, a stream without events, or a
 * state that is not complete.
 */
export const save = Effect.fnUntraced(function*<State>(
  { snapshots }: { readonly snapshots: Option.Option<Snapshotting<State>> },
  { isComplete, lastEventId, position, recordedAt, state, stream, version }: LoadedState<State>
): Effect.fn.Return<void, InvalidInput | EventStoreError, SnapshotStore> {
  if (Option.isNone(snapshots) || lastEventId === undefined || !isComplete) return
  const encoded = yield* Effect.fromResult(snapshots.value.encode(state))
  const store = yield* SnapshotStore
  yield* store.save(keyOf(snapshots.value, stream), { version, lastEventId, position, recordedAt, state: encoded })
})

/** As `save`, but logs errors instead of failing: a missing snapshot only makes later loads slower. */
export const trySave = <State>(
  aggregate: { readonly snapshots: Option.Option<Snapshotting<State>> },
  loaded: LoadedState<State>
): Effect.Effect<void, never, SnapshotStore> =>
  Effect.catch(
    save(aggregate, loaded),
    (error) =>
      Effect.logWarning(
        printable(`the snapshot of "${loaded.stream}" at version ${loaded.version} could not be saved`),
        error
      )
  )

/** Whether a multiple of the aggregate's `every` lies between two versions, the second included. */
export const isDue = (
  { snapshots }: { readonly snapshots: Option.Option<{ readonly every: number }> },
  before: StreamVersion,
  after: StreamVersion
): boolean => Option.exists(snapshots, ({ every }) => Math.floor(before / every) < Math.floor(after / every))

// A snapshot can be used as of a past point only if all its events are at or before the point. By the store's clock the
// last event has the latest time; by the domain's clock any event may have a later time.
const isCovered = ({ position, recordedAt, version }: Snapshot, asOf: AsOf.AsOf | undefined): boolean => {
  switch (asOf?._tag) {
    case undefined:
      return true
    case "Version":
      return version <= asOf.version
    case "Position":
      return position <= asOf.position
    case "RecordedAt":
      return DateTime.isLessThanOrEqualTo(recordedAt, asOf.instant)
    case "OccurredAt":
      return false
  }
}

const keyOf = (
  { fingerprint, name }: Pick<Snapshotting<unknown>, "fingerprint" | "name">,
  stream: StreamName
): SnapshotKey => ({
  stream,
  view: name,
  fingerprint
})
