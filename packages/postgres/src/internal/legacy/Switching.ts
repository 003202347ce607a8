/** The two ends of a mapping: its events become the truth, or it is given up. */
import { InvalidInput } from "@refold/core/event/InvalidInput"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping, SwitchOptions } from "../../LegacyMapping.ts"
import { type Failure, isEqual, NotReconciled, type Reconciliation, type SwitchedOver } from "../../LegacyReport.ts"
import * as Draining from "./Draining.ts"
import * as Reconciling from "./Reconciling.ts"
import * as Seeding from "./Seeding.ts"
import * as Source from "./Source.ts"
import * as Transaction from "./Transaction.ts"

type Tagged = { readonly _tag: string }

/** Ends the legacy table's life as the truth, where both sides agree. */
export const switchOver = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>,
  options: SwitchOptions = {}
): Effect.fn.Return<Reconciliation, Failure | NotReconciled, SqlClient.SqlClient> {
  const source = yield* Source.open(mapping, "switchOver")
  if ((options.freeze ?? true) && !source.isFreezable) {
    return yield* new InvalidInput({ field: "freeze", rule: `must be false, for ${source.relation} is a view` })
  }
  const switching = Effect.gen(function*() {
    yield* mustBeSeeded(source)
    // Most of the work, while nobody has to wait.
    yield* Draining.drain(source)
    const reconciliation = yield* Transaction.atomically(source, inOneGo(source, mapping, options))
    yield* dropTriggers(source)
    return reconciliation
  })
  return yield* switching.pipe(
    Effect.catchTag("SwitchedOver", (switched) => finish(source, mapping, options, switched)),
    Effect.catchTag("Busy", ({ patience }) => blame(source, patience))
  )
})

// In the one transaction of the switch, a large table would take more locks than a server has.
const mustBeSeeded = Effect.fnUntraced(function*(source: Source.Source) {
  const [run] = yield* Effect.mapError(
    source.query<{ readonly seeded: boolean }>("is_seeded", { name: source.name }),
    (error) => Source.failed(source, error)
  )
  if (!run!.seeded) {
    const rule = `must be seeded before it is switched over: no run of "${source.name}" has come to its end`
    return yield* new InvalidInput({ field: "table", rule })
  }
})

const inOneGo = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  source: Source.Source,
  mapping: LegacyMapping<Row, State, Event>,
  { acceptSkipped = false, freeze = true, patience, ...options }: SwitchOptions
) {
  const { query } = source
  const { id } = yield* Transaction.hold(source)
  yield* lock(source, patience)
  const [captures] = yield* query<{ readonly captured: boolean }>("is_captured", { id, relation: source.relation })
  yield* captures!.captured ? Draining.drain(source) : Seeding.walk(source, options)
  const reconciliation = yield* Reconciling.compare(source, mapping, options)
  if (!isEqual(reconciliation) || (reconciliation.skipped.count > 0 && !acceptSkipped)) {
    return yield* new NotReconciled({ name: mapping.name, reconciliation })
  }
  yield* query("stop_capture", { id })
  if (freeze) yield* query("freeze", { id })
  yield* query("switch_over", { id })
  return reconciliation
})

// Where it was switched over before: what that has left undone.
const finish = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  source: Source.Source,
  mapping: LegacyMapping<Row, State, Event>,
  { freeze = true, patience, ...options }: SwitchOptions,
  switched: SwitchedOver
) {
  yield* dropTriggers(source)
  const freezing = Effect.gen(function*() {
    const [known] = yield* source.query<Transaction.KnownTable>("lock_table", { name: source.name })
    if (known === undefined) return yield* switched
    const which = { id: known.id, relation: source.relation }
    const [now] = yield* source.query<{ readonly frozen: boolean }>("is_frozen", which)
    if (now!.frozen) return yield* switched
    yield* lock(source, patience)
    yield* source.query("freeze", { id: known.id })
  })
  if (!freeze) return yield* switched
  yield* Transaction.atomically(source, freezing)
  return yield* Reconciling.compare(source, mapping, options)
})

/** The writers of the legacy table were waited for, in vain. */
class Busy extends Data.TaggedError("Busy")<{ readonly patience: Duration.Duration }> {}

// Not repeated where it takes too long: whoever writes waits behind it.
const lock = Effect.fnUntraced(function*(source: Source.Source, input: Duration.Input = "10 seconds") {
  const patience = Duration.fromInputUnsafe(input)
  // 0 would be for ever.
  const millis = Math.max(1, Math.ceil(Duration.toMillis(patience)))
  yield* Effect.andThen(source.query("limit_wait", { millis: String(millis) }), source.query("lock_relation")).pipe(
    Effect.mapError((error) =>
      error.reason._tag === "LockTimeoutError" ? new Busy({ patience }) : Source.failed(source, error)
    )
  )
})

// After the transaction: one that has failed answers no questions.
const blame = Effect.fnUntraced(function*(source: Source.Source, patience: Duration.Duration) {
  const { name, query, relation } = source
  const writers = yield* Effect.mapError(
    query<{ readonly pid: number }>("find_writers", { relation }),
    (error) => Source.failed(source, error)
  )
  const pids = writers.length === 0 ? "" : ` (processes ${writers.map(({ pid }) => pid).join(", ")})`
  const why = `"${name}" waited ${Duration.format(patience)} for writers of ${relation}${pids}, and gave up`
  return yield* Source.because(source, new Error(why))
})

// They are off already, so who cannot take them away because somebody reads the table has missed nothing.
const dropTriggers = (source: Source.Named): Effect.Effect<void> => {
  const drop = Effect.gen(function*() {
    const known = yield* Transaction.find(source)
    yield* source.query("limit_wait", { millis: "1000" })
    yield* source.query("drop_triggers", { id: known!.id })
  })
  return Effect.ignore(source.database.transaction(drop))
}

/** Takes every trigger off the legacy table and forgets the mapping. */
export const abandon = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  mapping: LegacyMapping<Row, State, Event>
): Effect.fn.Return<void, Failure, SqlClient.SqlClient> {
  const named = yield* Source.name(mapping, "abandon")
  const forget = Effect.gen(function*() {
    const [known] = yield* named.query<Transaction.KnownTable>("lock_table", { name: mapping.name })
    if (known === undefined) return
    yield* named.query("drop_triggers", { id: known.id })
    yield* named.query("drop_freeze", { id: known.id })
    yield* named.query("forget_table", { id: known.id })
  })
  yield* Transaction.atomically<void, SqlError.SqlError, never>(named, forget)
})
