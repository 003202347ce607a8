import * as DeciderSuite from "@refold/laws/decide/DeciderSuite"
import * as EventCodecSuite from "@refold/laws/event/EventCodecSuite"
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
const frozen = Account.AccountFrozen.make({ reason: "a lost card" })
const unfrozen = Account.AccountUnfrozen.make({})
const reversed = (amount: number, of: number) =>
  Account.DepositReversed.make({ amount: crowns(amount), currency, of, reason: "a mistake" })
const closed = Account.AccountClosed.make({})

const open: Account.Command = { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency }
const deposit = (amount: number): Account.Command => ({ _tag: "Deposit", amount: crowns(amount), channel: "Cash" })
const withdraw = (amount: number): Account.Command => ({ _tag: "Withdraw", amount: crowns(amount), channel: "Card" })
const setLimit = (limit: number): Account.Command => ({ _tag: "SetOverdraftLimit", limit: crowns(limit) })
const freeze: Account.Command = { _tag: "FreezeAccount", reason: "a lost card" }
const unfreeze: Account.Command = { _tag: "UnfreezeAccount" }
const reverse = (deposit: number): Account.Command => ({ _tag: "ReverseDeposit", deposit, reason: "a mistake" })
const close: Account.Command = { _tag: "CloseAccount" }

describe("an account that is not open", () => {
  it("can be opened", () => account.when(open).then([opened]))

  it.each([deposit(1), withdraw(1), reverse(1), setLimit(1), freeze, unfreeze, close])("refuses %o", (command) => {
    account.when(command).thenRefused({ _tag: "AccountNotOpen" })
  })
})

describe("an open account", () => {
  const with100 = account.given([opened, deposited(100)])

  it("cannot be opened again", () => account.given([opened]).when(open).thenRefused({ _tag: "AccountAlreadyOpen" }))
  it("accepts a deposit", () => with100.when(deposit(5)).then([deposited(5)]))
  it("permits a withdrawal of the whole balance", () => with100.when(withdraw(100)).then([withdrawn(100)]))

  it("refuses an amount of 0", () => {
    with100.when(deposit(0)).thenRefused({ _tag: "AmountIsZero" })
    with100.when(withdraw(0)).thenRefused({ _tag: "AmountIsZero" })
  })

  it("refuses more than its balance, and names the balance", () =>
    with100.when(withdraw(100.01)).thenRefused({
      _tag: "InsufficientFunds",
      balance: crowns(100),
      limit: crowns(0),
      requested: crowns(100.01)
    }))

  it("permits withdrawals up to its overdraft limit", () => {
    const withLimit = with100.given([limited(50)])
    withLimit.when(withdraw(150)).then([withdrawn(150)])
    withLimit.when(withdraw(150.01)).thenRefused({
      _tag: "InsufficientFunds",
      balance: crowns(100),
      limit: crowns(50),
      requested: crowns(150.01)
    })
  })

  it("changes the overdraft limit, and ignores the same limit", () => {
    with100.when(setLimit(50)).then([limited(50)])
    with100.when(setLimit(0)).thenNothing()
  })

  it("refuses a limit below its debt", () =>
    account.given([opened, limited(50), withdrawn(30)]).when(setLimit(29)).thenRefused({
      _tag: "LimitBelowDebt",
      balance: -3_000,
      requested: crowns(29)
    }))

  it("can only be closed with a balance of 0", () => {
    with100.when(close).thenRefused({ _tag: "BalanceNotZero", balance: crowns(100) })
    account.given([opened, deposited(100), withdrawn(100)]).when(close).then([closed])
  })

  it("includes interest and fees, and facts that overdraw it", () => {
    const interest = Account.InterestCredited.make({ amount: crowns(3), currency })
    const fee = Account.FeeCharged.make({ amount: crowns(5), currency, reason: "Service" })
    account.given([opened, interest, fee]).when(close).thenRefused({ _tag: "BalanceNotZero", balance: -200 })
  })
})

describe("an account and the currency of a movement", () => {
  it("refuses another currency than its own", () => {
    const asked = { amount: crowns(1), channel: "Cash", currency: "CZK" } as const
    for (const _tag of ["Deposit", "Withdraw"] as const) {
      account.given([opened, deposited(1)]).when({ _tag, ...asked })
        .thenRefused({ _tag: "OtherCurrency", currency, requested: "CZK" })
    }
  })

  it("keeps the optional fields of a movement", () => {
    const remarks = { purpose: "rent", counterparty: "bob" }
    account.given([opened]).when({ _tag: "Deposit", amount: crowns(1), channel: "Transfer", currency, ...remarks })
      .then([Account.MoneyDeposited.make({ amount: crowns(1), currency, channel: "Transfer", ...remarks })])
  })
})

describe("a frozen account", () => {
  const isFrozen = account.given([opened, deposited(100), frozen])

  it.each([deposit(1), withdraw(1), reverse(2), close])("refuses %o", (command) => {
    isFrozen.when(command).thenRefused({ _tag: "AccountIsFrozen" })
    account.given([opened, frozen]).when(command).thenRefused({ _tag: "AccountIsFrozen" })
  })

  it("is frozen once, and unfrozen once", () => {
    account.given([opened]).when(freeze).then([frozen])
    isFrozen.when(freeze).thenNothing()
    isFrozen.when(unfreeze).then([unfrozen])
    account.given([opened]).when(unfreeze).thenNothing()
  })

  it("moves money again after it is unfrozen", () =>
    isFrozen.given([unfrozen]).when(withdraw(100)).then([withdrawn(100)]))

  it("still accepts facts", () => {
    const interest = Account.InterestCredited.make({ amount: crowns(3), currency })
    isFrozen.given([interest, unfrozen]).when(withdraw(103)).then([withdrawn(103)])
  })
})

describe("a deposit", () => {
  const twice = account.given([opened, deposited(100), limited(10), deposited(30)])

  it("is reversed by another event, which names its version", () => {
    twice.when(reverse(2)).then([reversed(100, 2)])
    twice.when(reverse(4)).then([reversed(30, 4)])
  })

  it("is not reversed twice", () =>
    twice.given([reversed(30, 4)]).when(reverse(4)).thenRefused({ _tag: "DepositAlreadyReversed", deposit: 4 }))

  it("cannot be reversed if it does not exist", () => {
    for (const deposit of [1, 3, 5]) twice.when(reverse(deposit)).thenRefused({ _tag: "NoSuchDeposit", deposit })
  })

  it("is not reversed if the balance is too low", () => {
    twice.given([withdrawn(40)]).when(reverse(2)).then([reversed(100, 2)])
    twice.given([withdrawn(40.01)]).when(reverse(2)).thenRefused({
      _tag: "InsufficientFunds",
      balance: crowns(89.99),
      limit: crowns(10),
      requested: crowns(100)
    })
  })

  it("is identified by its version in the stream, whatever events precede the opening", () => {
    const interest = Account.InterestCredited.make({ amount: crowns(3), currency })
    account.given([interest, opened, deposited(5)]).when(reverse(3)).then([reversed(5, 3)])
  })

  it("is no longer in the state after ten more deposits", () => {
    const many = account.given([opened, ...Array.from({ length: 11 }, (_, index) => deposited(index + 1))])
    many.when(reverse(2)).thenRefused({ _tag: "DepositTooOld", deposit: 2 })
    many.when(reverse(3)).then([reversed(2, 3)])
    many.when(reverse(13)).thenRefused({ _tag: "NoSuchDeposit", deposit: 13 })
  })
})

describe("a closed account", () => {
  it.each([open, deposit(1), withdraw(1), reverse(1), setLimit(1), freeze, unfreeze, close])(
    "refuses %o",
    (command) => {
      account.given([opened, closed]).when(command).thenRefused({ _tag: "AccountIsClosed" })
    }
  )
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
    fc.integer({ min: 1, max: 20 }).map(reverse),
    fc.constantFrom(freeze, unfreeze, close)
  )
})

const moved = fc.record({ amount: amounts, currency: currencies, channel: channels })

// The currency of an event that has none.
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
    fc.tuple(amounts, fc.integer({ min: 1, max: 20 })).map(([amount, of]) =>
      Account.DepositReversed.make({ amount, currency, of, reason: "a mistake" })
    ),
    fc.constantFrom(frozen, unfrozen, closed)
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
