/** The port to remembered states: a memo of folds, which may forget anything at any time without changing an answer. */
import type { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Json from "@refold/core/event/Json"
import * as NewEvent from "@refold/core/event/NewEvent"
import type { Position } from "@refold/core/event/Position"
import * as StreamName from "@refold/core/event/StreamName"
import type { StreamVersion } from "@refold/core/event/StreamVersion"
import * as Context from "effect/Context"
import type * as DateTime from "effect/DateTime"
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { EventStoreError } from "../log/EventStoreError.ts"

/** Whose state: a stream as seen by a view. `fingerprint` says with which code and schemas. */
export interface SnapshotKey {
  readonly stream: StreamName.StreamName
  /** The view's name, 1 to 255 UTF-16 units. */
  readonly view: string
  readonly fingerprint: string
}

/** The state of a view after the first `version` events of a stream, and the place of the last of them. */
export interface Snapshot {
  readonly version: StreamVersion
  readonly position: Position
  readonly recordedAt: DateTime.Utc
  /** The encoded state. */
  readonly state: Json.Json
}

/** A store of snapshots: the latest per stream and view. */
export class SnapshotStore extends Context.Service<SnapshotStore, {
  /** The remembered state with this very fingerprint. */
  readonly find: (key: SnapshotKey) => Effect.Effect<Option.Option<Snapshot>, InvalidInput | EventStoreError>
  /** Replaces a snapshot of another fingerprint, or of a lower version. */
  readonly save: (key: SnapshotKey, snapshot: Snapshot) => Effect.Effect<void, InvalidInput | EventStoreError>
}>()("@refold/store/SnapshotStore") {}

/** The key as every adapter can store it, or `InvalidInput`. */
export const checkKey = (key: SnapshotKey): Result.Result<SnapshotKey, InvalidInput> =>
  Result.gen(function*() {
    yield* StreamName.parse(key.stream)
    yield* NewEvent.checkName(key.view, "view")
    yield* NewEvent.checkName(key.fingerprint, "fingerprint")
    return key
  })

/** The snapshot as every adapter can store it: its state frozen JSON. Fails with `InvalidInput`. */
export const checkSnapshot = (snapshot: Snapshot): Result.Result<Snapshot, InvalidInput> =>
  Result.map(Json.storable(snapshot.state, "state"), (state) => ({ ...snapshot, state }))
