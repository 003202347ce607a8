/** The answers of events, also to questions that were not planned for. */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Num from "effect/Number"
import * as SqlClient from "effect/sql/SqlClient"
import * as Stream from "effect/Stream"
import * as AsOf from "refold/AsOf"
import { EventReader } from "refold/EventReader"
import * as ReadModel from "refold/ReadModel"
import type { RecordedEvent } from "refold/RecordedEvent"
import * as State from "refold/State"
import * as StreamName from "refold/StreamName"
import * as Account from "./Account.ts"
import { balanceOfEvents, balanceOfRow, type EventBooks } from "./EventBooks.ts"
import { answered, type Answers, cannot, money } from "./Question.ts"
import * as Story from "./Story.ts"

const read = (stored: RecordedEvent) =>
  Effect.map(
    Effect.fromResult(Account.codec.decode(stored)),
    (events) => events.map((event) => ({ ...stored, event }))
  )

/** The events of Ada's account. */
const history = Effect.gen(function*() {
  const stream = yield* Effect.fromResult(StreamName.make("account", "ada"))
  return yield* Stream.runCollect(
    (yield* EventReader).readStream(stream).pipe(Stream.mapEffect(read), Stream.flattenIterable)
  )
})

// #region answers
const past = State.load(Account.aggregate, "ada", { asOf: AsOf.occurredAt(DateTime.makeUnsafe(Story.noon)) }).pipe(
  Effect.map(({ state }) => answered(money(state.balance)))
)

const who = Effect.map(history, (events) => {
  const { event, metadata } = events.at(-1)!
  return answered(`${metadata.actor}: ${event.why}`)
})

const total = Effect.map(
  Stream.runCollect(ReadModel.stream(Account.balances)),
  (rows) => answered(money(Num.sumAll(rows.map(({ state }) => state.balance))))
)

const below = Effect.map(history, (events) => {
  let [balance, lowest] = [0, 0]
  for (const { event } of events) {
    balance += Account.changeOf(event)
    lowest = Math.min(lowest, balance)
  }
  return answered(lowest < 0 ? `yes, ${money(lowest)}` : "no")
})

const fees = Effect.gen(function*() {
  const { from, to } = Story.march
  const occurredAt = { from: DateTime.makeUnsafe(from), to: DateTime.makeUnsafe(to) }
  const reader = yield* EventReader
  const charged = yield* Stream.runCollect(
    reader.readAll({ types: Account.codec.storedTypes(["FeeCharged"]), occurredAt }).pipe(
      Stream.mapEffect(read),
      Stream.flattenIterable
    )
  )
  return answered(money(Num.sumAll(charged.map(({ event }) => event.cents))))
})

const undo = Effect.map(history, (events) => {
  const others = events.map(({ event }) => event).filter(({ _tag }) => _tag !== "FeeCharged")
  return answered(money(Num.sumAll(others.map(Account.changeOf))))
})
// #endregion

// A row can be changed by the owner of its table. The expected value follows from the events.
const balanceForged = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  const generations = yield* sql<{ id: number }>`SELECT id FROM ${sql(`${schema}.projections`)} WHERE status = 'Live'`
  const rows = sql(`${schema}_rows.rows_${generations[0]!.id}`)
  yield* sql`UPDATE ${rows} SET state = '{"balance": 100000000}' WHERE key = 'account-ada'`
  const [row, events] = [yield* balanceOfRow("ada"), yield* balanceOfEvents("ada")]
  return row === events ? cannot("they agree") : answered("yes: row and events differ")
})

const pastForged = Effect.fnUntraced(function*(schema: string) {
  const sql = yield* SqlClient.SqlClient
  const forge = sql`UPDATE ${sql(`${schema}.event_store`)} SET data = '{}' WHERE stream = 'account-ada' AND version = 1`
  return yield* forge.pipe(
    Effect.as(cannot("the UPDATE succeeds, and nothing shows it")),
    // Any other failure is one of this program.
    Effect.catchIf(({ reason }) => reason._tag === "ConstraintError", () => Effect.succeed(answered("it is refused")))
  )
})

/** The answers of events with a row for each account. */
export const make = Effect.fnUntraced(function*({ balance, schema, store }: EventBooks) {
  const sql = yield* SqlClient.SqlClient
  const onStore = Effect.provideContext(store)
  const answers: Answers = {
    now: Effect.map(balance("ada"), (cents) => answered(money(cents))),
    total: onStore(total),
    past: onStore(past),
    who: onStore(who),
    below: onStore(below),
    fees: onStore(fees),
    undo: onStore(undo),
    refused: Effect.succeed(cannot("a refusal is no event")),
    balanceForged: Effect.provideService(balanceForged(schema), SqlClient.SqlClient, sql).pipe(onStore),
    pastForged: Effect.provideService(pastForged(schema), SqlClient.SqlClient, sql)
  }
  return answers
})
