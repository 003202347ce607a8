/** Snapshots of an aggregate: when one may stand in for the events before it, and when one is taken. */
import type { Snapshotting } from "@refold/core/decide/Aggregate"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import type { StreamName } from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import type * as AsOf from "@refold/core/journal/AsOf"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EventStoreError } from "../log/EventStoreError.ts"
import type { Loaded } from "./Loaded.ts"
import { type Snapshot, type SnapshotKey, SnapshotStore } from "./SnapshotStore.ts"

/**
 * The snapshot to start a load from: None where there is none, it does not decode, it may hold too much, or the store
 * of snapshots fails, for a load can do without.
 */
export const find = Effect.fnUntraced(function*<State>(
  snapshots: Option.Option<Snapshotting<State>>,
  stream: StreamName,
  asOf?: AsOf.AsOf
): Effect.fn.Return<Option.Option<Loaded<State>>, never, SnapshotStore> {
  if (Option.isNone(snapshots)) return Option.none()
  const found = yield* Effect.catch(
    (yield* SnapshotStore).find(keyOf(snapshots.value, stream)),
    (error) => Effect.as(Effect.logWarning(`no snapshot of "${stream}"`, error), Option.none())
  )
  if (Option.isNone(found) || !isCovered(found.value, asOf)) return Option.none()
  const { position, recordedAt, version } = found.value
  return Option.map(
    snapshots.value.decode(found.value.state),
    (state) => ({ stream, state, version, position, recordedAt, isComplete: true })
  )
})

/**
 * Remembers a loaded state. Does nothing for an aggregate without `snapshots`, a stream without events, or a state that
 * is not complete.
 */
export const save = Effect.fnUntraced(function*<State>(
  { snapshots }: { readonly snapshots: Option.Option<Snapshotting<State>> },
  { isComplete, position, recordedAt, state, stream, version }: Loaded<State>
): Effect.fn.Return<void, InvalidInput | EventStoreError, SnapshotStore> {
  if (Option.isNone(snapshots) || version === 0 || !isComplete) return
  const encoded = yield* Effect.fromResult(snapshots.value.encode(state))
  const store = yield* SnapshotStore
  yield* store.save(keyOf(snapshots.value, stream), { version, position, recordedAt, state: encoded })
})

/** As `save`, and never fails: a snapshot that could not be saved costs time later, never an answer. It is logged. */
export const trySave = <State>(
  aggregate: { readonly snapshots: Option.Option<Snapshotting<State>> },
  loaded: Loaded<State>
): Effect.Effect<void, never, SnapshotStore> =>
  Effect.catch(
    save(aggregate, loaded),
    (error) => Effect.logWarning(`no snapshot of "${loaded.stream}" at version ${loaded.version}`, error)
  )

/** Whether a stream that came from one version to another passed a multiple of the aggregate's `every`. */
export const isDue = (
  { snapshots }: { readonly snapshots: Option.Option<{ readonly every: number }> },
  before: StreamVersion,
  after: StreamVersion
): boolean => Option.exists(snapshots, ({ every }) => Math.floor(before / every) < Math.floor(after / every))

// A snapshot serves a past point only where all its events count there. By the store's clock the last is the latest;
// by the domain's clock any of them may be dated later.
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
