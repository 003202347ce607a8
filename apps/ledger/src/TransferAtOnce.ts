/**
 * A transfer in one commit: both accounts are changed, or neither is. Both must be in one store, and the transfer
 * cannot wait for an approval; a saga has neither limit.
 */
import * as Together from "refold/Together"
import * as Account from "./Account.ts"
import * as Balances from "./projection/Balances.ts"
import type * as TransferMoney from "./TransferMoney.ts"

// #region at-once
/** Moves money from one account to the other. Fails with `PartRefused`; nothing is stored then. */
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
