/** Switches over: the events become the source of truth when the legacy table agrees with them. */
import type { Tagged } from "@refold/core/event/EventType"
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type { LegacyMapping, SwitchOptions } from "../LegacyMapping.ts"
import { type Failure, isEqual, NotReconciled, type Reconciliation, type SwitchedOver } from "../LegacyReport.ts"
import * as CatchUp from "./CatchUp.ts"
import * as Reconcile from "./Reconcile.ts"
import * as Run from "./Run.ts"
import * as Seed from "./Seed.ts"
import * as Session from "./Session.ts"
import * as Settings from "./Settings.ts"
import * as SourceLock from "./SourceLock.ts"
import * as SourceTable from "./SourceTable.ts"
import * as StoredMapping from "./StoredMapping.ts"
import { transaction } from "./Transaction.ts"
import * as Triggers from "./Triggers.ts"

/** Switches over if both sides agree. */
export const switchOver = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>,
  options: SwitchOptions = {}
): Effect.fn.Return<Reconciliation, Failure | NotReconciled, SqlClient.SqlClient> {
  const source = yield* SourceTable.open(mapping, "switchOver")
  if ((options.freeze ?? true) && !source.isFreezable) {
    const rule = `must be false: ${source.relation} is a view, and no trigger refuses writes to a view`
    return yield* new InvalidInput({ field: "freeze", rule })
  }
  const switching = Effect.gen(function*() {
    yield* mustBeSeeded(source)
    // Does most of the work before writers are blocked.
    yield* CatchUp.processQueue(source)
    const reconciliation = yield* transaction(source, switchIfEqual(source, mapping, options))
    yield* dropCapture(source)
    return reconciliation
  })
  return yield* switching.pipe(
    Effect.catchTag("SwitchedOver", (switched) => finish(source, mapping, options, switched)),
    Effect.catchTag("LockTimedOut", (timedOut) => SourceLock.explain(source, timedOut))
  )
})

// Seeding a large table in the transaction of the switch would take more locks than a server has.
const mustBeSeeded = Effect.fnUntraced(function*(source: SourceTable.SourceTable) {
  if (yield* Session.reported(source, Run.hasFinished(source))) return
  const rule = `must be seeded before switching over: no run of "${source.name}" has finished; run seed to its end`
  return yield* new InvalidInput({ field: "table", rule })
})

const switchIfEqual = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  source: SourceTable.SourceTable,
  mapping: LegacyMapping<Row, State, Event>,
  { acceptSkipped = false, freeze = true, lockTimeout, ...options }: SwitchOptions
) {
  const { id } = yield* StoredMapping.lock(source)
  yield* SourceLock.lock(source, lockTimeout)
  const isCaptured = yield* Triggers.isCaptured(source, id)
  yield* isCaptured ? CatchUp.processQueue(source) : Seed.runToEnd(source, options)
  const reconciliation = yield* Reconcile.compare(source, mapping, options)
  if (!isEqual(reconciliation) || (reconciliation.skipped.count > 0 && !acceptSkipped)) {
    return yield* new NotReconciled({ name: mapping.name, reconciliation })
  }
  yield* Triggers.disableCapture(source, id)
  if (freeze) yield* Triggers.createFreeze(source, id)
  yield* StoredMapping.markSwitchedOver(source, id)
  return reconciliation
})

// Finishes an earlier switch-over.
const finish = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  source: SourceTable.SourceTable,
  mapping: LegacyMapping<Row, State, Event>,
  { freeze = true, lockTimeout, ...options }: SwitchOptions,
  switched: SwitchedOver
) {
  yield* dropCapture(source)
  if (!freeze) return yield* switched
  const freezing = Effect.gen(function*() {
    const known = yield* StoredMapping.findAndLock(source)
    if (known === undefined || (yield* Triggers.isFrozen(source, known.id))) return yield* switched
    yield* SourceLock.lock(source, lockTimeout)
    yield* Triggers.createFreeze(source, known.id)
  })
  yield* transaction(source, freezing)
  return yield* Reconcile.compare(source, mapping, options)
})

// The triggers are disabled already, so a failure (readers of the table hold its lock, for example) leaves nothing wrong.
const dropCapture = (source: SourceTable.SourceTable): Effect.Effect<void> => {
  const drop = Effect.gen(function*() {
    const known = yield* StoredMapping.find(source)
    yield* Settings.limitWait(source.database.sql, 1000)
    yield* Triggers.dropCapture(source, known!.id)
  })
  return Effect.ignore(source.database.transaction(drop))
}
