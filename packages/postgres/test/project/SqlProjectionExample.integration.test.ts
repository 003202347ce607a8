// Daily totals by currency, as a table that SQL keeps up to date: an example of a projection in SQL in an application.
import * as EventCodec from "@refold/core/event/EventCodec"
import * as EventType from "@refold/core/event/EventType"
import { EventStore } from "@refold/store/log/EventStore"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SqlClient from "effect/sql/SqlClient"
import { expect, test } from "vitest"
import * as SqlProjection from "../../src/project/SqlProjection.ts"
import * as SqlProjections from "../support/SqlProjections.ts"
import * as Stores from "../support/Stores.ts"

// The names are the storage format.
const Deposited = EventType.make(
  "Deposited",
  Schema.Struct({ day: Schema.String, currency: Schema.String, cents: Schema.Int })
)

const dailyTotals = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* SqlProjection.make({
    name: "daily totals",
    version: 1,
    events: EventCodec.makeUnsafe([Deposited]),
    categories: ["account"],
    setup: sql`
      create table daily_total (
        day date, currency text, cents bigint not null, deposits int not null, primary key (day, currency)
      )`,
    handle: ({ cents, currency, day }) =>
      sql`
        insert into daily_total as total (day, currency, cents, deposits) values (${day}::text::date, ${currency}, ${cents}, 1)
        on conflict (day, currency) do update
        set cents = total.cents + excluded.cents, deposits = total.deposits + 1`
  })
})

/** A typical use of SQL: totals over the table, with the running total of each currency. */
const report = Effect.gen(function*() {
  const sql = yield* SqlClient.SqlClient
  return yield* sql<
    { readonly day: string; readonly currency: string; readonly cents: number; readonly so_far: number }
  >`
    select to_char(day, 'YYYY-MM-DD') as day, currency, cents::int,
      (sum(cents) over (partition by currency order by total.day))::int as so_far
    from daily_total as total order by total.day, currency`
})

const run = SqlProjections.onServer()

test(
  "totals are up to date once the projection has handled the appended events",
  run(Effect.gen(function*() {
    const store = yield* EventStore
    const totals = yield* dailyTotals
    yield* Projector.start(totals)
    const deposit = (account: string, day: string, currency: string, cents: number) =>
      store.append(Stores.streamName(`account-${account}`), [
        Stores.event({ type: "Deposited", data: { day, currency, cents } })
      ])
    yield* deposit("1", "2024-05-01", "CHF", 100)
    yield* deposit("2", "2024-05-01", "CHF", 50)
    yield* deposit("2", "2024-05-01", "EUR", 7)
    const last = yield* deposit("1", "2024-05-02", "CHF", 25)
    yield* ReadModel.awaitPosition(totals, last, { timeout: "1 minute" })
    expect(yield* totals.read(report)).toEqual([
      { day: "2024-05-01", currency: "CHF", cents: 150, so_far: 150 },
      { day: "2024-05-01", currency: "EUR", cents: 7, so_far: 7 },
      { day: "2024-05-02", currency: "CHF", cents: 25, so_far: 175 }
    ])
  }))
)
