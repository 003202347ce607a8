/** The entry points of the bank: one function for all commands, and one for all queries. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Commands from "refold/Commands"
import * as Middleware from "refold/Middleware"
import * as ProcessInstances from "refold/ProcessInstances"
import * as Queries from "refold/Queries"
import * as Account from "./Account.ts"
import * as Accounts from "./Accounts.ts"
import type { Currency } from "./Currency.ts"
import * as Balance from "./query/Balance.ts"
import * as Statement from "./query/Statement.ts"
import { topAccounts } from "./query/TopAccounts.ts"
import * as StandingOrder from "./StandingOrder.ts"
import * as StandingOrders from "./StandingOrders.ts"
import * as Transfer from "./Transfer.ts"
import * as TransferMoney from "./TransferMoney.ts"
import * as Transfers from "./Transfers.ts"

/** The caller, as authenticated by the program that calls the entry points. */
export const Caller = Context.Reference<{ readonly name: string; readonly isEmployee: boolean }>("ledger/Caller", {
  defaultValue: () => ({ name: "somebody", isEmployee: false })
})

// #region front-door
const employees = new Set(["ApproveTransfer", "FreezeAccount", "UnfreezeAccount", "ReverseDeposit"])

const mayCall = ({ tag }: Middleware.Call) =>
  Effect.flatMap(Caller, ({ isEmployee }) =>
    isEmployee || !employees.has(tag)
      ? Effect.void
      : new Middleware.Forbidden({ tag, reason: "only an employee may" }))

const middleware = [
  Middleware.correlation,
  Middleware.withActor(Effect.map(Caller, ({ name }) => name)),
  Middleware.tracing,
  Middleware.authorize(mayCall)
] as const

/** All commands of the bank, by their tags. */
export const send = Commands.make({
  OpenAccount: Accounts.handle,
  Deposit: Accounts.handle,
  Withdraw: Accounts.handle,
  ReverseDeposit: Accounts.handle,
  SetOverdraftLimit: Accounts.handle,
  FreezeAccount: Accounts.handle,
  UnfreezeAccount: Accounts.handle,
  CloseAccount: Accounts.handle,
  RequestTransfer: Transfers.handle,
  ApproveTransfer: Transfers.handle,
  SetStandingOrder: StandingOrders.handle,
  CancelStandingOrder: StandingOrders.handle
}, middleware)

/** Decodes the commands that customers may send. */
export const parse = Commands.parser({
  Deposit: Account.aggregate,
  Withdraw: Account.aggregate,
  RequestTransfer: Transfer.aggregate,
  SetStandingOrder: StandingOrder.aggregate,
  CancelStandingOrder: StandingOrder.aggregate
})
// #endregion

interface OfAccount<Tag extends string> {
  readonly _tag: Tag
  readonly id: string
}

/** All queries of the bank. */
export const ask = Queries.make({
  BalanceOf: ({ id }: OfAccount<"BalanceOf">) => Balance.balanceOf(id),
  StatementOf: ({ id }: OfAccount<"StatementOf">) => Statement.statement(id),
  TopAccounts: (
    { currency, limit }: { readonly _tag: "TopAccounts"; readonly currency: Currency; readonly limit: number }
  ) => topAccounts(currency, limit),
  /** The transfers in this state, for example `Compensated`. */
  TransfersAt: ({ phase }: { readonly _tag: "TransfersAt"; readonly phase: TransferMoney.State["status"] }) =>
    ProcessInstances.query(TransferMoney.saga, { index: "phase", where: { phase } })
}, middleware)
