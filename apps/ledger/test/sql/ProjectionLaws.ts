// For any events in any batches, rows in SQL equal the fold in TypeScript, account by account, and validate_ledger has no
// false findings. The schema is a parameter, to test faulty copies.
import * as Law from "@refold/laws/kit/Law"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import * as EventCodec from "refold/EventCodec"
import { EventReader } from "refold/EventReader"
import type { RecordedEvent } from "refold/RecordedEvent"
import * as StreamName from "refold/StreamName"
import * as View from "refold/View"
import * as Account from "../../src/Account.ts"
import type { Services } from "../../src/story/Chapter.ts"
import * as Programs from "./ProjectionPrograms.ts"

/** A law about the projections in this schema. */
export type ProjectionLaw = (schema: string) => Law.Property<Services | SqlClient.SqlClient>

const rowOf = (id: string, events: ReadonlyArray<RecordedEvent>) => {
  const decoded = events.map(Account.codec.decode)
  const end = decoded.findIndex(Result.isFailure)
  const readable = events.slice(0, end === -1 ? events.length : end)
  const last = readable.at(-1)
  if (last === undefined) return []
  const state = View.fold(Account.decider, Result.getOrThrow(EventCodec.decodeAll(Account.codec, readable)))
  const open = state._tag === "Open" ? state : undefined
  return [{
    aggregate_id: id,
    status: state._tag,
    currency: open?.currency ?? null,
    balance: BigInt(Account.balanceOf(state)),
    overdraft_limit: open === undefined ? null : BigInt(open.overdraftLimit),
    is_frozen: open?.isFrozen ?? null,
    version: BigInt(last.version),
    position: BigInt(last.position),
    recorded_at: DateTime.toEpochMillis(last.recordedAt)
  }]
}

const unreadable = (id: string, events: ReadonlyArray<RecordedEvent>) =>
  events.filter((event) => Result.isFailure(Account.codec.decode(event))).map(({ version }) => ({
    problem: "unreadable_event",
    aggregate_id: id,
    version: BigInt(version)
  }))

const logOf = Effect.fnUntraced(function*(id: string) {
  const reader = yield* EventReader
  return yield* Stream.runCollect(reader.readStream(Result.getOrThrow(StreamName.make("account", id))))
})

const rowsOf = Effect.fnUntraced(function*({ schema, ...place }: Programs.Place, table: string) {
  const sql = yield* SqlClient.SqlClient
  return yield* sql`SELECT aggregate_id, status, currency, balance, overdraft_limit, is_frozen, version, "position",
    extract(epoch FROM recorded_at)::float8 * 1000 AS recorded_at
    FROM ${sql(schema)}.${sql(table)} WHERE aggregate_id IN ${sql.in(Programs.idsOf({ schema, ...place }))}
    ORDER BY aggregate_id COLLATE "C"`
})

// Facts are not refused, so programs may put euros into accounts in crowns.
const otherCurrencies = (id: string, events: ReadonlyArray<RecordedEvent>) => {
  const read = events.flatMap((event) =>
    Result.match(Account.codec.decode(event), {
      onSuccess: (facts) => facts.map((fact) => ({ version: event.version, fact })),
      onFailure: () => []
    })
  )
  const opening = read.map(({ fact }) => fact).find((fact) => fact._tag === "AccountOpened")
  return read.flatMap(({ fact, version }) =>
    opening !== undefined && "amount" in fact && fact.currency !== opening.currency
      ? [{ problem: "other_currency", aggregate_id: id, version: BigInt(version) }]
      : []
  )
}

const problemsOf = Effect.fnUntraced(function*(place: Programs.Place, isStale: boolean) {
  const sql = yield* SqlClient.SqlClient
  return yield* sql`SELECT problem, aggregate_id, version FROM ${sql(place.schema)}.validate_ledger(${isStale})
    WHERE aggregate_id IS NULL OR aggregate_id IN ${sql.in(Programs.idsOf(place))}
    ORDER BY problem, aggregate_id COLLATE "C", version`
})

// An empty log for each run: functions that read all of it would get slower from run to run.
const forget = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE refold.event_store DISABLE TRIGGER append_only`
  yield* sql`TRUNCATE refold.event_store, refold.event_snapshots, refold.idempotency_keys, ${sql(schema)}.balances`
  yield* sql`ALTER TABLE refold.event_store ENABLE ALWAYS TRIGGER append_only`
  yield* sql`UPDATE refold.projection_partitions SET checkpoint = 0`
  yield* sql`UPDATE ${sql(schema)}.balance_refreshes SET "position" = 0`
  yield* sql`UPDATE ${sql(schema)}.balances_checkpoint SET "position" = 0`
  // A checkpoint of a projector must be the position of an event.
  yield* sql`SELECT FROM refold.append_event('page-new', 'PageTurned', '{}')`
})

const play = Effect.fnUntraced(function*(schema: string, steps: ReadonlyArray<Programs.Step>) {
  yield* forget(schema)
  const place = Programs.fresh(schema)
  for (const step of steps) yield* Programs.take(place, step)
  const meanwhile = yield* problemsOf(place, false)
  yield* Programs.take(place, { does: "refresh" })
  yield* Programs.take(place, { does: "catch up", batch: 3 })
  yield* Programs.take(place, { does: "project" })
  const logs = yield* Effect.forEach(Programs.idsOf(place), (id) => Effect.map(logOf(id), (log) => [id, log] as const))
  return {
    logs,
    rows: logs.flatMap(([id, log]) => rowOf(id, log)),
    currencies: logs.flatMap(([id, log]) => otherCurrencies(id, log)),
    meanwhile,
    refreshed: yield* rowsOf(place, "balance_projection"),
    caughtUp: yield* rowsOf(place, "balances"),
    problems: yield* problemsOf(place, true)
  }
})

/** For events that can be read. */
export const projectionsAgree: ProjectionLaw = (schema) =>
  Law.over(
    Law.make(
      "a refreshed balance_projection and balances caught up in any batches equal the fold in TypeScript, and both are valid",
      (steps: ReadonlyArray<Programs.Step>) =>
        Effect.map(play(schema, steps), ({ caughtUp, currencies, meanwhile, problems, refreshed, rows }) => ({
          left: { refreshed, caughtUp, meanwhile, problems },
          right: { refreshed: rows, caughtUp: rows, meanwhile: currencies, problems: currencies }
        }))
    ),
    Programs.programs
  )

/** Also for events that cannot be read: the account's row stays, the others continue, and only the event is reported. */
export const unreadableStops: ProjectionLaw = (schema) =>
  Law.over(
    Law.make(
      "an event that cannot be read stops the rows of its account only, and is the only finding",
      (steps: ReadonlyArray<Programs.Step>) =>
        Effect.map(play(schema, steps), ({ caughtUp, currencies, logs, problems, refreshed, rows }) => ({
          left: { refreshed, caughtUp, problems },
          right: {
            refreshed: rows,
            caughtUp: rows,
            problems: [...currencies, ...logs.flatMap(([id, log]) => unreadable(id, log))]
          }
        }))
    ),
    Programs.oddPrograms
  )
