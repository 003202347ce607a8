/** The bank as one function for commands and one for queries. */
import { Effect, Option } from "effect"
import { CommandHandler, Commands, Queries, ReadModel } from "refold"
import * as Account from "../bank/Account.ts"
import * as AccountEvents from "../bank/AccountEvents.ts"
import { balances, richest } from "../bank/Balances.ts"

// #region commands
const handle = CommandHandler.make(Account.aggregate)

/** Sends a command: it may change state, and answers with the place of its events. */
export const send = Commands.make({ OpenAccount: handle, Deposit: handle, Withdraw: handle })

/** Reads a command from JSON. */
export const parse = Commands.parser({
  OpenAccount: Account.aggregate,
  Deposit: Account.aggregate,
  Withdraw: Account.aggregate
})
// #endregion

// #region queries
const balanceOf = Effect.fnUntraced(function*({ id }: { readonly _tag: "BalanceOf"; readonly id: string }) {
  const row = yield* ReadModel.get(balances, yield* AccountEvents.streamOf(id))
  return Option.match(row, { onNone: () => 0, onSome: ({ state }) => state.balance })
})

const richestOf = ({ limit }: { readonly _tag: "Richest"; readonly limit: number }) =>
  Effect.map(richest(limit), ({ rows }) => rows.map(({ state }) => `${state.ownerName} ${state.balance}`))

/** Asks a query: it answers and changes nothing. A handler that needs `EventStore` does not compile here. */
export const ask = Queries.make({ BalanceOf: balanceOf, Richest: richestOf })
// #endregion
