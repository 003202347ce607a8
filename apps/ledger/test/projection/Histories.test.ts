// Random histories of a few accounts: all projections agree with the fold of the decider.
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as View from "refold/View"
import { describe, expect, it } from "vitest"
import * as Account from "../../src/Account.ts"
import { Amount } from "../../src/Amount.ts"
import { Currency } from "../../src/Currency.ts"
import * as Balances from "../../src/projection/Balances.ts"
import * as DailyTotals from "../../src/projection/DailyTotals.ts"
import * as Statements from "../../src/projection/Statements.ts"
import * as TopAccounts from "../../src/projection/TopAccounts.ts"
import * as Log from "../support/Log.ts"

const freeze = { _tag: "FreezeAccount", reason: "a lost card" } as const
const unfreeze = { _tag: "UnfreezeAccount" } as const
const reversal = (deposit: number) => ({ _tag: "ReverseDeposit" as const, deposit, reason: "a mistake" })

// Commands to three accounts, and facts from the bank's books; each on some day.
const amounts = fc.integer({ min: 1, max: 500_00 }).map((minorUnits) => Amount.make(minorUnits))
const asked = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...Currency.literals).map(opening) },
  { weight: 4, arbitrary: amounts.map((amount) => ({ _tag: "Deposit" as const, amount, channel: "Cash" as const })) },
  { weight: 4, arbitrary: amounts.map((amount) => ({ _tag: "Withdraw" as const, amount, channel: "Card" as const })) },
  { weight: 1, arbitrary: amounts.map((limit) => ({ _tag: "SetOverdraftLimit" as const, limit })) },
  { weight: 2, arbitrary: fc.constant({ _tag: "Empty" as const }) },
  { weight: 1, arbitrary: fc.constant({ _tag: "CloseAccount" as const }) },
  { weight: 1, arbitrary: fc.constantFrom(freeze, unfreeze) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 12 }).map(reversal) },
  { weight: 2, arbitrary: fc.constantFrom({ _tag: "Interest" as const }, { _tag: "Fee" as const }) }
)
type Asked = typeof asked extends fc.Arbitrary<infer A> ? A : never

function opening(currency: Currency) {
  return { _tag: "OpenAccount" as const, branch: "Prague", statements: "Monthly" as const, currency }
}

const steps = fc.array(
  fc.record({
    id: fc.constantFrom("ada", "bob", "cleo"),
    day: fc.integer({ min: 0, max: 90 }).map((day) => new Date(Date.UTC(1993, 0, 1 + day)).toISOString().slice(0, 10)),
    asked
  }),
  { maxLength: 40 }
)

const inOwn = ({ currency }: { readonly currency: Currency }) => ({ currency })

const eventsOf = (asked: Asked, state: Account.State): ReadonlyArray<Account.Event> => {
  switch (asked._tag) {
    case "Interest":
      return state._tag === "Open" ? [Account.InterestCredited.make({ amount: Amount.make(100), ...inOwn(state) })] : []
    case "Fee":
      return state._tag === "Open"
        ? [Account.FeeCharged.make({ amount: Amount.make(200), ...inOwn(state), reason: "Service" })]
        : []
    case "Empty": {
      // So that some accounts can be closed.
      const amount = Amount.make(Math.max(0, Account.balanceOf(state)))
      return Result.getOrElse(Account.decider.decide({ _tag: "Withdraw", amount, channel: "Cash" }, state), () => [])
    }
    default:
      return Result.getOrElse(Account.decider.decide(asked, state), () => [])
  }
}

const histories = steps.map((steps) => {
  const states = new Map<string, Account.State>()
  return steps.flatMap(({ asked, day, id }) => {
    const state = states.get(id) ?? Account.decider.initialState
    const events = eventsOf(asked, state)
    states.set(id, View.foldFrom(Account.decider, state, events))
    return Log.on(id, day, ...events)
  })
})

/** The fold of the decider for each account, by stream. */
const folded = (entries: ReadonlyArray<Log.Entry>) =>
  new Map(
    [...Map.groupBy(entries, ({ id }) => id)].map((
      [id, own]
    ) => [`account-${id}`, View.fold(Account.decider, own.map(({ event }) => event))])
  )

describe("all projections of a history", () => {
  it("have the balances that folding the decider gives", () => {
    fc.assert(fc.property(histories, (entries) => {
      const states = [...folded(entries)]
      expect(Log.rowsOf(Balances.projection, entries)).toEqual(Object.fromEntries(states))
      const open = states.flatMap(([key, state]) => state._tag === "Open" ? [[key, state] as const] : [])
      const top = Object.entries(Log.rowsOf(TopAccounts.projection, entries))
      expect(new Map(top.map(([key, { balance, currency }]) => [key, `${balance} ${currency}`]))).toEqual(
        new Map(open.map(([key, { balance, currency }]) => [key, `${balance} ${currency}`]))
      )
      const statements = Log.rowsOf(Statements.projection, entries)
      expect(Object.entries(statements).map(([key, { closing }]) => [key, closing])).toEqual(
        states.map(([key, state]) => [key, Account.balanceOf(state)])
      )
      for (const { closing, deposited, opening, withdrawn } of Object.values(statements)) {
        expect(opening + deposited - withdrawn).toBe(closing)
      }
    }))
  })

  it("have daily and monthly totals that add up to the sum of the balances, in each currency", () => {
    fc.assert(fc.property(histories, (entries) => {
      const totals = Object.values(Log.rowsOf(DailyTotals.projection, entries))
      for (const currency of Currency.literals) {
        const balances = [...folded(entries).values()].flatMap((state) =>
          state._tag === "Open" && state.currency === currency ? [state.balance] : []
        )
        for (const unit of ["Day", "Month"] as const) {
          const own = totals.filter((row) => row.currency === currency && row.unit === unit)
          const sum = own.reduce((sum, { deposited, withdrawn }) => sum + deposited - withdrawn, 0)
          expect(sum).toBe(balances.reduce((sum, balance) => sum + balance, 0))
        }
      }
    }))
  })
})
