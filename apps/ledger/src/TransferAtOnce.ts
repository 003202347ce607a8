/**
 * A transfer in one commit: both accounts move or neither does, and nobody sees a state in between. Both must be in one
 * store, and nothing can be waited for; a saga can do with less.
 */
import * as Together from "refold/Together"
import * as Account from "./Account.ts"
import * as Balances from "./projection/Balances.ts"
import type * as TransferMoney from "./TransferMoney.ts"

// #region at-once
/** Moves money from one account to the other. Fails with `PartRefused` for the account that said no, and moves nothing. */
export const transferAtOnce = (
  { from, to, ...movement }: Omit<TransferMoney.Data, "id">,
  options?: Together.TogetherOptions
) => {
  const both = { ...movement, channel: "Transfer" } as const
  const inline = [Balances.projection]
  return Together.handle([
    Together.part(Account.aggregate, from, { ...both, _tag: "Withdraw", counterparty: to }, { inline }),
    Together.part(Account.aggregate, to, { ...both, _tag: "Deposit", counterparty: from }, { inline })
  ], options)
}
// #endregion
