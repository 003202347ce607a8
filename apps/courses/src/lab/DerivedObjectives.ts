/** The objectives about data derived from events: the materialized view, snapshots, and the audit of everything. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as Audit from "../../../ledger/src/sql/Audit.ts"
import { claim, note, type Objective } from "../Course.ts"
import * as Timing from "../Timing.ts"

interface Balance {
  readonly balance: bigint
  readonly version: bigint
}

/** Objective 3: a materialized view of balances. */
export const balances: Objective = {
  name: "balance_projection: a materialized view",
  run: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const row = sql<Balance>`SELECT balance, version FROM ledger.balance_projection WHERE aggregate_id = 'ann'`
    const before = yield* row
    yield* Audit.refresh
    const after = yield* row
    const { time } = yield* Timing.timed(Audit.refresh)
    return [
      claim(
        `before the refresh ${before.length} rows, after it balance ${after[0]?.balance} at version ${
          after[0]?.version
        }`,
        before.length === 0 && after[0]?.balance === 10_000n && after[0].version === 2n
      ),
      note(`a refresh folds the whole log: ${time}; ledger.balances is kept event by event instead`)
    ]
  })
}

interface Rebuilt {
  readonly balance: number
  readonly version: bigint
  readonly snapshot_version: bigint
  readonly events: bigint
}

/** Objective 5: snapshots, and a rebuild that begins at one. */
export const snapshots: Objective = {
  name: "Snapshots and rebuild_from_snapshot()",
  run: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    const rebuild = sql<Rebuilt>`SELECT (state -> 'balance')::int AS balance, version, snapshot_version, events
      FROM ledger.rebuild_from_snapshot('ann')`
    const [full] = yield* rebuild
    yield* sql`SELECT * FROM ledger.take_snapshot('ann')`
    const [short] = yield* rebuild
    const [past] = yield* sql<Rebuilt>`SELECT (state -> 'balance')::int AS balance, version
      FROM ledger.rebuild_from_snapshot('ann', 1)`
    return [
      claim(
        `without a snapshot ${full?.events} events are folded, with one ${short?.events}; the balance is ${short?.balance}`,
        full?.events === full?.version && short?.events === 0n && full?.balance === short.balance
      ),
      claim(`a rebuild as of version 1 does not use it: balance ${past?.balance}`, past?.balance === 0)
    ]
  })
}

/** Objective 8: the replay of all events is compared with all stored data that is derived from them. */
export const validation: Objective = {
  name: "Validation: replaying all events gives the right balances",
  run: Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* Audit.refresh
    yield* Audit.catchUp
    const clean = yield* Audit.validate
    // A fault, planted on purpose: a snapshot with another balance.
    yield* sql`UPDATE refold.event_snapshots SET state = jsonb_set(state, '{balance}', '1') WHERE stream = 'account-ann'`
    const findings = yield* Audit.validate
    return [
      claim(`${clean.length} findings`, clean.length === 0),
      claim(`a snapshot changed by hand is found: ${findings[0]?.sentence}`, findings.length > 0)
    ]
  })
}
