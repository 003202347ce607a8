/** The read model of the bank: one row for each account, by owner and by balance. */
import { Schema } from "effect"
import { Projection, ReadModel } from "refold"
import * as Account from "./Account.ts"

// #region projection
/** Balances with the owner's name, so that a query needs no join. */
export const balances = Projection.makeUnsafe({
  name: "balances",
  version: 1,
  events: Account.codec,
  categories: [Account.aggregate.category],
  keys: Projection.byStream,
  state: Schema.Struct({ ownerName: Schema.String, balance: Schema.Int, movements: Schema.Int }),
  initialState: { ownerName: "", balance: 0, movements: 0 },
  evolve: (row, event) => {
    switch (event._tag) {
      case "AccountOpened":
        return { ...row, ownerName: event.ownerName }
      case "MoneyDeposited":
        return { ...row, balance: row.balance + event.amount, movements: row.movements + 1 }
      case "MoneyWithdrawn":
        return { ...row, balance: row.balance - event.amount, movements: row.movements + 1 }
    }
  },
  indexes: { byBalance: ["balance"], byOwner: ["ownerName"] }
})
// #endregion

// #region query
/** The accounts with the largest balances. A query needs no `EventStore`, so it cannot append. */
export const richest = (limit: number) => ReadModel.query(balances, { index: "byBalance", descending: true, limit })
// #endregion
