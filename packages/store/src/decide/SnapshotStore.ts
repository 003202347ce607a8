/** The port to snapshots. A snapshot makes loads faster and never changes an answer, so a store may lose any of them. */
import * as EventId from "@refold/core/event/EventId"
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import * as NewEvent from "@refold/core/event/NewEvent"
import type { Position } from "@refold/core/event/Position"
import * as StreamName from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import * as StateCodec from "@refold/core/internal/decide/StateCodec"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventStoreError } from "../log/EventStoreError.ts"

/** Identifies a snapshot: the stream, the view, and a fingerprint of the code and schemas that made it. */
export interface SnapshotKey {
  readonly stream: StreamName.StreamName
  /** The name of the view, 1 to 255 UTF-16 units. */
  readonly view: string
  readonly fingerprint: string
}

/**
 * The state of a view after the first `version` events of a stream, with the id, position and time of the last of them. A
 * snapshot is only used while the event with this id is stored at this version.
 */
export interface Snapshot {
  readonly version: StreamVersion
  readonly lastEventId: EventId.EventId
  readonly position: Position
  readonly recordedAt: DateTime.Utc
  /** The encoded state. */
  readonly state: Json.Json
}

/** A snapshot store: keeps the latest snapshot of each stream and view. */
export class SnapshotStore extends Context.Service<SnapshotStore, {
  /** The snapshot with exactly this fingerprint. */
  readonly find: (key: SnapshotKey) => Effect.Effect<Option.Option<Snapshot>, InvalidInput | EventStoreError>
  /** Saves a snapshot; does nothing if one of the same fingerprint has the same or a higher version. */
  readonly save: (key: SnapshotKey, snapshot: Snapshot) => Effect.Effect<void, InvalidInput | EventStoreError>
}>()("@refold/store/SnapshotStore") {}

/** Validates a key for storage. Fails with `InvalidInput`. */
export const checkKey = (key: SnapshotKey): Result.Result<SnapshotKey, InvalidInput> =>
  Result.gen(function*() {
    yield* StreamName.parse(key.stream)
    yield* NewEvent.checkName(key.view, "view")
    yield* NewEvent.checkName(key.fingerprint, "fingerprint")
    return key
  })

/** Validates a snapshot for storage, and freezes its state. Fails with `InvalidInput`. */
export const checkSnapshot = (snapshot: Snapshot): Result.Result<Snapshot, InvalidInput> =>
  Result.gen(function*() {
    const lastEventId = yield* EventId.parse(snapshot.lastEventId, "lastEventId")
    const state = yield* StateCodec.checkSize(yield* Json.storable(snapshot.state, "state"))
    return { ...snapshot, lastEventId, state }
  })
