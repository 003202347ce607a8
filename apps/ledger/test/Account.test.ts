import * as DeciderSuite from "@refold/laws/DeciderSuite"
import * as EventCodecSuite from "@refold/laws/EventCodecSuite"
import * as Spec from "@refold/laws/Spec"
import * as fc from "fast-check"
import { describe, it } from "vitest"
import * as Account from "../src/Account.ts"
import { Amount, crowns } from "../src/Amount.ts"
import { Currency } from "../src/Currency.ts"

const account = Spec.for(Account.decider)
const currency = "EUR"
const opened = Account.AccountOpened.make({ branch: "Prague", statements: "Monthly", currency })
const deposited = (amount: number) => Account.MoneyDeposited.make({ amount: crowns(amount), currency, channel: "Cash" })
const withdrawn = (amount: number) => Account.MoneyWithdrawn.make({ amount: crowns(amount), currency, channel: "Card" })
const limited = (limit: number) => Account.OverdraftLimitChanged.make({ limit: crowns(limit) })
const closed = Account.AccountClosed.make({})

const open: Account.Command = { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency }
const deposit = (amount: number): Account.Command => ({ _tag: "Deposit", amount: crowns(amount), channel: "Cash" })
const withdraw = (amount: number): Account.Command => ({ _tag: "Withdraw", amount: crowns(amount), channel: "Card" })
const setLimit = (limit: number): Account.Command => ({ _tag: "SetOverdraftLimit", limit: crowns(limit) })
const close: Account.Command = { _tag: "CloseAccount" }

describe("an account that is not open", () => {
  it("can be opened", () => account.when(open).then([opened]))

  it.each([deposit(1), withdraw(1), setLimit(1), close])("refuses %o", (command) => {
    account.when(command).thenRefused({ _tag: "AccountNotOpen" })
  })
})

describe("an open account", () => {
  const with100 = account.given([opened, deposited(100)])

  it("cannot be opened again", () => account.given([opened]).when(open).thenRefused({ _tag: "AccountAlreadyOpen" }))
  it("takes a deposit", () => with100.when(deposit(5)).then([deposited(5)]))
  it("gives all it has", () => with100.when(withdraw(100)).then([withdrawn(100)]))

  it("refuses to move nothing", () => {
    with100.when(deposit(0)).thenRefused({ _tag: "AmountIsZero" })
    with100.when(withdraw(0)).thenRefused({ _tag: "AmountIsZero" })
  })

  it("refuses more than it has, and says what it has", () =>
    with100.when(withdraw(100.01)).thenRefused({
      _tag: "InsufficientFunds",
      balance: crowns(100),
      limit: crowns(0),
      requested: crowns(100.01)
    }))

  it("gives up to its overdraft limit and no more", () => {
    const withLimit = with100.given([limited(50)])
    withLimit.when(withdraw(150)).then([withdrawn(150)])
    withLimit.when(withdraw(150.01)).thenRefused({
      _tag: "InsufficientFunds",
      balance: crowns(100),
      limit: crowns(50),
      requested: crowns(150.01)
    })
  })

  it("agrees on another overdraft limit, and on the same one does nothing", () => {
    with100.when(setLimit(50)).then([limited(50)])
    with100.when(setLimit(0)).thenNothing()
  })

  it("refuses a limit below its debt", () =>
    account.given([opened, limited(50), withdrawn(30)]).when(setLimit(29)).thenRefused({
      _tag: "LimitBelowDebt",
      balance: -3_000,
      requested: crowns(29)
    }))

  it("closes when it is empty and not before", () => {
    with100.when(close).thenRefused({ _tag: "BalanceNotZero", balance: crowns(100) })
    account.given([opened, deposited(100), withdrawn(100)]).when(close).then([closed])
  })

  it("counts interest and fees, and facts that overdraw it", () => {
    const interest = Account.InterestCredited.make({ amount: crowns(3), currency })
    const fee = Account.FeeCharged.make({ amount: crowns(5), currency, reason: "Service" })
    account.given([opened, interest, fee]).when(close).thenRefused({ _tag: "BalanceNotZero", balance: -200 })
  })
})

describe("a closed account", () => {
  it.each([open, deposit(1), withdraw(1), setLimit(1), close])("refuses %o", (command) => {
    account.given([opened, closed]).when(command).thenRefused({ _tag: "AccountIsClosed" })
  })
})

const amounts = fc.integer({ min: 0, max: 500_00 }).map((minorUnits) => Amount.make(minorUnits))
const channels = fc.constantFrom(...Account.Channel.literals)
const currencies = fc.constantFrom(...Currency.literals)

DeciderSuite.suite("the laws of the account's decider", Account.decider, {
  codec: Account.codec,
  commands: fc.oneof(
    currencies.map((currency) => ({ ...open, currency })),
    fc.record({ _tag: fc.constant("Deposit" as const), amount: amounts, channel: channels }),
    fc.record({ _tag: fc.constant("Withdraw" as const), amount: amounts, channel: channels }),
    fc.record({ _tag: fc.constant("SetOverdraftLimit" as const), limit: amounts }),
    fc.constant(close)
  )
})

const moved = fc.record({ amount: amounts, currency: currencies, channel: channels })

// What an event without a currency means.
const crown = { currency: "CZK" } as const

EventCodecSuite.suite("the laws of the account's codec", Account.codec, {
  view: Account.decider,
  events: fc.oneof(
    fc.constant(opened),
    moved.map((fields) => Account.MoneyDeposited.make(fields)),
    moved.map((fields) => Account.MoneyWithdrawn.make({ ...fields, purpose: "SIPO", counterparty: "AB/1" })),
    amounts.map((amount) => Account.InterestCredited.make({ amount, currency })),
    amounts.map((amount) => Account.FeeCharged.make({ amount, currency, reason: "OverdraftInterest" })),
    amounts.map((limit) => Account.OverdraftLimitChanged.make({ limit })),
    fc.constant(closed)
  ),
  older: fc.oneof(
    fc.tuple(amounts, fc.constantFrom("MoneyPaidIn", "MoneyDeposited")).map(([amount, type]) => ({
      stored: { type, schemaVersion: 1, data: { amount } },
      native: Account.MoneyDeposited.make({ amount, ...crown, channel: "Unspecified" })
    })),
    fc.record({ amount: amounts, channel: channels }).chain((data) =>
      fc.constantFrom(
        {
          stored: { type: "MoneyDeposited", schemaVersion: 2, data },
          native: Account.MoneyDeposited.make({ ...data, ...crown })
        },
        {
          stored: { type: "MoneyWithdrawn", schemaVersion: 1, data },
          native: Account.MoneyWithdrawn.make({ ...data, ...crown })
        }
      )
    ),
    amounts.map((amount) => ({
      stored: { type: "InterestCredited", schemaVersion: 1, data: { amount } },
      native: Account.InterestCredited.make({ amount, ...crown })
    })),
    amounts.map((amount) => ({
      stored: { type: "FeeCharged", schemaVersion: 1, data: { amount, reason: "Service" } },
      native: Account.FeeCharged.make({ amount, ...crown, reason: "Service" })
    })),
    fc.constant({
      stored: { type: "AccountOpened", schemaVersion: 1, data: { branch: "Prague", statements: "Monthly" } },
      native: Account.AccountOpened.make({ branch: "Prague", statements: "Monthly", ...crown })
    })
  )
})
