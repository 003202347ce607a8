/** The port `SnapshotStore` on the table `event_snapshots`. */
import type { EventId } from "@refold/core/event/EventId"
import type { Json } from "@refold/core/event/Json"
import { Position } from "@refold/core/event/Position"
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { checkKey, checkSnapshot, SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Database } from "../../schema/internal/Database.ts"
import { query } from "../../schema/internal/Query.ts"
import * as StoredValue from "../../schema/internal/StoredValue.ts"

interface SnapshotRow {
  readonly version: bigint
  readonly event_id: string
  readonly position: bigint
  readonly recorded_at: Date
  readonly state: Json
}

const finding = "find snapshot"

// Roles that write events may write any values into this table.
const table = {
  table: "event_snapshots",
  rules: { version: StoredValue.count, position: StoredValue.count, recorded_at: StoredValue.instant }
}

/** The snapshot store of a database. */
export const make = (database: Database): SnapshotStore["Service"] => {
  const { object, sql } = database
  return SnapshotStore.of({
    find: Effect.fnUntraced(function*(key) {
      yield* Effect.fromResult(checkKey(key))
      const statement = sql<SnapshotRow>`
        SELECT version, event_id, "position", recorded_at, state FROM ${object("event_snapshots")}
        WHERE stream = ${key.stream}::text AND view = ${key.view}::text AND fingerprint = ${key.fingerprint}::text`
      const [row] = yield* query(database, finding, statement)
      if (row === undefined) return Option.none()
      const found = { ...table, key: () => ({ stream: key.stream, view: key.view }) }
      const checked = yield* Effect.fromResult(StoredValue.check(finding, found, row))
      return Option.some({
        version: StreamVersion(Number(checked.version)),
        // A uuid, by the type of the column.
        lastEventId: checked.event_id as EventId,
        position: Position(Number(checked.position)),
        recordedAt: DateTime.fromDateUnsafe(checked.recorded_at),
        state: checked.state
      })
    }),
    save: Effect.fnUntraced(function*(key, snapshot) {
      yield* Effect.fromResult(checkKey(key))
      const { lastEventId, position, recordedAt, state, version } = yield* Effect.fromResult(checkSnapshot(snapshot))
      const statement = sql`
        SELECT ${object("save_snapshot")}(
          ${key.stream}::text, ${key.view}::text, ${key.fingerprint}::text, ${version}::bigint, ${position}::bigint,
          ${DateTime.toDateUtc(recordedAt)}::timestamptz, ${JSON.stringify(state)}::text::jsonb,
          ${lastEventId}::text::uuid
        )`
      yield* query(database, "save snapshot", statement)
    })
  })
}
