/** The two ends of a mapping: its events become the truth, or it is given up. */
import type { EventStoreError } from "@refold/store/EventStoreError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as SqlClient from "effect/sql/SqlClient"
import type * as SqlError from "effect/sql/SqlError"
import type { LegacyMapping, SwitchOptions } from "../../LegacyMapping.ts"
import { type Failure, isEqual, NotReconciled, type Reconciliation } from "../../LegacyReport.ts"
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
  const source = yield* Source.open(mapping)
  // Most of the work, while nobody has to wait.
  yield* finishing(source, Draining.drain(source))
  const reconciliation = yield* Transaction.atomically(source, operation, inOneGo(source, mapping, options))
  yield* dropTriggers(source)
  return reconciliation
})

const operation = "switch over from legacy table"

const inOneGo = Effect.fnUntraced(function*<Row, State, Event extends Tagged>(
  source: Source.Source,
  mapping: LegacyMapping<Row, State, Event>,
  { acceptSkipped = false, freeze = false, patience = "10 seconds", ...options }: SwitchOptions
) {
  const { query } = source
  const { id } = yield* Transaction.hold(source)
  yield* lock(source, Math.ceil(Duration.toMillis(Duration.fromInputUnsafe(patience))))
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

// Not repeated where it takes too long: whoever writes waits behind it.
const lock = ({ query }: Source.Source, millis: number): Effect.Effect<void, EventStoreError> =>
  Effect.andThen(query("limit_wait", { millis: String(millis) }), query("lock_relation")).pipe(
    Effect.mapError((error) => Source.failed(operation, error)),
    Effect.asVoid
  )

// Where it was cut off after the switch, this is what is left to do.
const finishing = <A>(
  source: Source.Source,
  effect: Effect.Effect<A, Failure>
): Effect.Effect<A, Failure> =>
  Effect.tapError(effect, (error) => error._tag === "SwitchedOver" ? dropTriggers(source) : Effect.void)

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
): Effect.fn.Return<void, EventStoreError, SqlClient.SqlClient> {
  const named = yield* Source.name(mapping)
  const forget = Effect.gen(function*() {
    const [known] = yield* named.query<Transaction.KnownTable>("lock_table", { name: mapping.name })
    if (known === undefined) return
    yield* named.query("drop_triggers", { id: known.id })
    yield* named.query("drop_freeze", { id: known.id })
    yield* named.query("forget_table", { id: known.id })
  })
  yield* Transaction.atomically<void, SqlError.SqlError, never>(named, "abandon legacy table", forget)
})
