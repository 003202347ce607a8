// Tables that roles write without a function of the store refuse numbers and times that no client can hold: reading such a
// value would be a defect of the reading program.
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import * as LoginRole from "../support/LoginRole.ts"
import * as ReadModels from "../support/ReadModels.ts"
import * as Stores from "../support/Stores.ts"

const run = Stores.runner()

const tables = [
  "discarded_events",
  "event_snapshots",
  "parked_streams",
  "projection_generations",
  "projection_partitions"
]

const rows = [
  `insert into refold.event_snapshots values ('thing-1', 'v', 'f', 1, gen_random_uuid(), 1, now(), '{}')`,
  `insert into refold.parked_streams (generation, stream, version, "position", type, stage, reason, attempts)
    select id, 'thing-1', 1, 1, 'T', 'Event', '', 1 from refold.projection_generations limit 1`,
  `insert into refold.discarded_events (projection, "position", stream, version, reason) values ('p', 1, 'thing-1', 1, '')`
]

/** Values of a column that a client cannot hold, by the type of the column. */
const values: Readonly<Record<string, ReadonlyArray<string>>> = {
  bigint: ["-1", "9007199254740992"],
  "timestamp with time zone": ["infinity", "-infinity", "290000-01-01", "0001-01-01 BC"]
}

test(
  "a writer and a projector cannot store numbers or times that a client cannot hold",
  run(Effect.gen(function*() {
    const opened = yield* Stores.Database
    yield* ReadModels.goLive(opened.readModels, ReadModels.projection())
    const session = yield* Stores.connect(yield* LoginRole.ofKind(opened, ["writer", "projector"]))
    for (const row of rows) yield* session.unsafe(row)
    const columns = yield* opened.sql<{ readonly table: string; readonly column: string; readonly type: string }>`
      select table_name::text as table, column_name::text as column, data_type::text as type
      from information_schema.columns
      where table_schema = 'refold' and table_name = any (${tables}) and data_type = any (${Object.keys(values)})`
    expect(columns).toHaveLength(14)
    for (const { column, table, type } of columns) {
      for (const value of values[type]!) {
        const update = `update refold.${table} set "${column}" = '${value}'`
        const { reason } = yield* Effect.flip(session.unsafe(update))
        expect([update, String(reason.cause)]).toEqual([update, expect.stringContaining("violates check constraint")])
      }
    }
  }))
)
