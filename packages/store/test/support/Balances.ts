// Projections of the accounts, and the ways in which tests fill, watch and break their rows.
import type { Json } from "@refold/core/event/Json"
import type { NewEvent } from "@refold/core/event/NewEvent"
import * as Projection from "@refold/core/project/Projection"
import { EventStoreError } from "@refold/store/log/EventStoreError"
import * as Projector from "@refold/store/project/Projector"
import * as ReadModel from "@refold/store/project/ReadModel"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Account from "./Account.ts"

// The balance of an account, and the number of its events.
const Balance = Schema.Struct({ balance: Schema.Finite, events: Schema.Int })

type Balance = typeof Balance.Type

const evolve = ({ balance, events }: Balance, { _tag, amount }: Account.Event): Balance => {
  // A poisonous amount.
  if (amount === 13) throw new Error("13 brings bad luck")
  return { balance: balance + (_tag === "Deposited" ? amount : -amount), events: events + 1 }
}

const definition = {
  name: "balances",
  version: 1,
  events: Account.codec,
  keys: Projection.byStream,
  state: Balance,
  initialState: { balance: 0, events: 0 },
  evolve,
  indexes: { byBalance: ["balance"] }
} as const

/** Each account's balance. 13 is a poisonous amount. */
export const balances = Projection.makeUnsafe(definition)

/** The same with other parts. */
export const changed = (parts: { readonly version?: number; readonly evolve?: typeof evolve }) =>
  Projection.makeUnsafe({ ...definition, ...parts })

/** The same, with the poisonous amount booked like any other. */
export const repaired = changed({
  evolve: ({ balance, events }, { _tag, amount }) => ({
    balance: balance + (_tag === "Deposited" ? amount : -amount),
    events: events + 1
  })
})

/** All accounts in one row. */
export const total = Projection.makeUnsafe({ ...definition, name: "total", keys: () => ["all"] })

/** Rows that handlers write. */
export const inline = Projection.ofAggregateUnsafe(Account.account, {
  name: "inline balances",
  version: 1,
  state: Schema.Struct({ balance: Schema.Finite }),
  indexes: { byBalance: ["balance"] }
})

let n = 0

/** Deposits these amounts, each in an append of its own, and returns the result of the last one. */
export const deposit = Effect.fnUntraced(function*(id: string, ...amounts: NonEmptyReadonlyArray<number>) {
  let appended = yield* Account.append(id, Account.stored(1000 + n++, { data: { amount: amounts[0] } }))
  for (const amount of amounts.slice(1)) {
    appended = yield* Account.append(id, Account.stored(1000 + n++, { data: { amount } }))
  }
  return appended
})

/** Appends an event whose data cannot be read. */
export const garble = (id: string, data: Json = { amount: "many" }) => Account.append(id, unread(data))

const unread = (data: Json): NewEvent => Account.stored(1000 + n++, { data })

/** The balances that readers see, by the id of the account. */
export const seen = (projection: typeof balances = balances) =>
  Effect.map(
    ReadModel.query(projection),
    ({ rows }) => Object.fromEntries(rows.map(({ key, state }) => [key.replace("account-", ""), state.balance]))
  )

/** Parks at the first failure. */
export const hasty = { attempts: 1 }

/** Brings the balances up to the head. */
export const catchUp = Projector.catchUp(balances, hasty)

/** The store of rows as an effect sees it, with some of its functions replaced. */
export const withRows =
  (change: (store: ReadModelStore["Service"]) => Partial<ReadModelStore["Service"]>) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.flatMap(
      ReadModelStore,
      (store) => Effect.provideService(effect, ReadModelStore, ReadModelStore.of({ ...store, ...change(store) }))
    )

/** The error of a store that is out of order. */
export const down = new EventStoreError({ operation: "update rows", cause: "out of order" })

/** The number of the generation that readers see. */
export const liveId = Effect.flatMap(ReadModelStore, (store) => Effect.map(store.live("balances"), ({ id }) => id))

/** Moves the clock, and runs all fibers that are then ready. */
export const pass = (millis: number) => Effect.andThen(TestClock.adjust(millis), settle)

const settle = Effect.repeat(TestClock.adjust(0), { times: 20 })
