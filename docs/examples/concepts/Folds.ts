/** The wallet's history, folded as a whole, as of the past, and from a snapshot; no store is needed. */
import { View } from "refold"
import { decider, Deposited, Withdrawn } from "../Wallet.ts"

// #region history
const history = [
  Deposited.make({ cents: 1000, from: "salary" }),
  Withdrawn.make({ cents: 300 }),
  Deposited.make({ cents: 50, from: "a gift" }),
  Withdrawn.make({ cents: 200 }),
  Deposited.make({ cents: 400, from: "salary" })
]
// #endregion

// #region folds
export const balance = View.fold(decider, history)

export const asOfVersion3 = View.fold(decider, history.slice(0, 3))

// A snapshot is a stored state; the tail is the events after it.
export const fromSnapshot = View.foldFrom(decider, asOfVersion3, history.slice(3))
// #endregion
