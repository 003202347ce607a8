/*
 * A legacy table of account balances and its mapping to events. Balances are texts in the table, so that they can be invalid.
 */
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import type { Definition, LegacyMapping } from "../../src/LegacyMapping.ts"
import * as LegacyTable from "../../src/LegacyTable.ts"

const Opened = EventType.make("Opened", Schema.Struct({ owner: Schema.String, cents: Schema.String }))
const Moved = EventType.make("Moved", Schema.Struct({ cents: Schema.String }))
const Renamed = EventType.make("Renamed", Schema.Struct({ owner: Schema.String }))
const Closed = EventType.make("Closed", Schema.Struct({}))
const codec = EventCodec.makeUnsafe([Opened, Moved, Renamed, Closed])

/** The events of an account. */
export type Event = typeof Opened.Event | typeof Moved.Event | typeof Renamed.Event | typeof Closed.Event

/** The state of an account. */
export interface State {
  readonly owner: string
  readonly cents: bigint
}

const evolve = (state: State, event: Event): State => {
  switch (event._tag) {
    case "Opened":
      return { owner: event.owner, cents: BigInt(event.cents) }
    case "Moved":
      return { ...state, cents: state.cents + BigInt(event.cents) }
    case "Renamed":
      return { ...state, owner: event.owner }
    case "Closed":
      return { owner: "", cents: 0n }
  }
}

const Row = Schema.Struct({
  owner: Schema.String,
  balance: Schema.String.check(Schema.isPattern(/^\d{1,12}\.\d\d$/)),
  opened_at: Schema.NullOr(Schema.String)
})

/** A valid row: no NULLs, and a balance with two decimals, not below 0. */
export type Row = typeof Row.Type

const centsOf = ({ balance }: Row): bigint => BigInt(balance.replace(".", ""))

const events = (before: Option.Option<Row>, after: Option.Option<Row>) => {
  if (Option.isNone(after)) return Result.succeed({ events: [Closed.make({})] })
  const row = after.value
  if (row.owner === "nobody") return Result.fail("nobody owns nothing")
  if (Option.isNone(before)) {
    const occurredAt = row.opened_at === null ? undefined : DateTime.makeUnsafe(row.opened_at)
    return Result.succeed({ events: [Opened.make({ owner: row.owner, cents: String(centsOf(row)) })], occurredAt })
  }
  const moved = centsOf(row) - centsOf(before.value)
  return Result.succeed({
    events: [
      moved === 0n ? [] : [Moved.make({ cents: String(moved) })],
      row.owner === before.value.owner ? [] : [Renamed.make({ owner: row.owner })]
    ].flat()
  })
}

/** The parts of the mapping that a test changes. */
export type Choices = Partial<Definition<Row, State, Event>>

/** The mapping. */
export const mapping = (choices: Choices = {}): LegacyMapping<Row, State, Event> =>
  LegacyTable.makeUnsafe(definition(choices))

/** The mapping before it is checked. */
export const definition = (choices: Choices = {}): Definition<Row, State, Event> => ({
  name: "accounts",
  table: "accounts",
  key: "id",
  row: Row,
  events,
  aggregate: { category: "account", events: codec, decider: { initialState: { owner: "", cents: 0n }, evolve } },
  facts: {
    row: (row) => ({ cents: centsOf(row), owner: row.owner }),
    state: ({ cents, owner }) => ({ cents, owner })
  },
  ...choices
})

/** Creates the table, without constraints but with an index on the key. */
export const createTable = (options: { readonly isUnique?: boolean } = {}) =>
  Effect.gen(function*() {
    const sql = yield* SqlClient.SqlClient
    yield* sql`create table accounts (id bigint, owner text, balance text, opened_at timestamptz)`
    yield* options.isUnique === true
      ? sql`alter table accounts add primary key (id)`
      : sql`create index on accounts (id)`
  })

/** Inserts valid rows with the keys from 1. */
export const fill = (rows: number) =>
  Effect.flatMap(
    SqlClient.SqlClient,
    (sql) =>
      sql`insert into accounts select n, 'owner ' || n, (n % 1000)::text || '.' || lpad((n % 100)::text, 2, '0'),
      timestamptz '2020-01-01 00:00:00Z' + n * interval '1 minute' from generate_series(1, ${rows}::int) n`
  )
