/** Snapshots in the table `event_snapshots`. */
import type { Json } from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { checkKey, checkSnapshot, SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "./Database.ts"
import { query } from "./Query.ts"

interface SnapshotRow {
  readonly version: bigint
  readonly position: bigint
  readonly recorded_at: Date
  readonly state: Json
}

/** The snapshot store of a database. */
export const make = (database: Database): SnapshotStore["Service"] =>
  SnapshotStore.of({
    find: Effect.fnUntraced(function*(key) {
      yield* Effect.fromResult(checkKey(key))
      const [row] = yield* query<SnapshotRow>(database, "find snapshot", "queries/find_snapshot", { ...key })
      return Option.map(Option.fromNullishOr(row), ({ position, recorded_at, state, version }) => ({
        version: StreamVersion(Number(version)),
        position: Position(Number(position)),
        recordedAt: DateTime.fromDateUnsafe(recorded_at),
        state
      }))
    }),
    save: Effect.fnUntraced(function*(key, snapshot) {
      yield* Effect.fromResult(checkKey(key))
      const { position, recordedAt, state, version } = yield* Effect.fromResult(checkSnapshot(snapshot))
      yield* query(database, "save snapshot", "queries/save_snapshot", {
        ...key,
        version,
        position,
        recorded_at: DateTime.toDateUtc(recordedAt),
        state: JSON.stringify(state)
      })
    })
  })
