// Transfers among a few accounts that are frozen, closed and used meanwhile, in any order and at any progress of the
// runner: no money is lost or created.
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { EventStore } from "refold/EventStore"
import * as MemoryStore from "refold/MemoryStore"
import { describe, expect, it } from "vitest"
import * as Account from "../src/Account.ts"
import * as Accounts from "../src/Accounts.ts"
import { Amount } from "../src/Amount.ts"
import * as Processes from "../src/Processes.ts"
import * as ShiftedClock from "../src/story/support/ShiftedClock.ts"
import * as TotalMoney from "../src/story/support/TotalMoney.ts"
import { transferAtOnce } from "../src/TransferAtOnce.ts"
import * as TransferMoney from "../src/TransferMoney.ts"
import * as Transfers from "../src/Transfers.ts"

const ids = ["ada", "bob", "cleo", "dora", "eva"] as const
const account = fc.constantFrom(...ids)
// Some need an approval; accounts have enough for a few.
const amounts = fc.oneof(fc.integer({ min: 1, max: 5_000_00 }), fc.integer({ min: 10_000_01, max: 12_000_00 }))
  .map((minorUnits) => Amount.make(minorUnits))
const opening = Amount.make(30_000_00)

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ _tag: fc.constant("Transfer" as const), from: account, to: account, amount: amounts })
  },
  {
    weight: 1,
    arbitrary: fc.record({ _tag: fc.constant("AtOnce" as const), from: account, to: account, amount: amounts })
  },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Freeze" as const), id: account }) },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Unfreeze" as const), id: account }) },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("EmptyAndClose" as const), id: account }) },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Deposit" as const), id: account, amount: amounts }) },
  { weight: 5, arbitrary: fc.record({ _tag: fc.constant("Approve" as const), nth: fc.nat({ max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Settle" as const), days: fc.constantFrom(0, 0, 1, 4) }) }
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

/** A step, and its delay while the runner runs; undefined if the runner does not run. */
const steps = fc.array(fc.tuple(step, fc.option(fc.nat({ max: 60 }), { nil: undefined })), {
  minLength: 5,
  maxLength: 30
})

/** Deposits less withdrawals of the bank, and the requested transfers. */
interface Bank {
  outside: number
  day: number
  readonly transfers: Array<string>
}

const ask = (id: string, command: Account.Command) => Accounts.handle(id, command)

const open = Effect.fnUntraced(function*(bank: Bank, id: string) {
  // One account is in another currency than the transfers.
  const currency = id === "eva" ? "CZK" : "EUR"
  yield* ask(id, { _tag: "OpenAccount", branch: "Prague", statements: "Monthly", currency })
  yield* ask(id, { _tag: "Deposit", amount: opening, channel: "Cash" })
  bank.outside += opening
})

// A refusal is a valid outcome.
const perform = Effect.fnUntraced(function*(bank: Bank, step: Step) {
  switch (step._tag) {
    case "Transfer": {
      const { _tag, ...details } = step
      const id = String(bank.transfers.length)
      yield* Transfers.handle(id, { _tag: "RequestTransfer", ...details, currency: "EUR" })
      return void bank.transfers.push(id)
    }
    case "AtOnce": {
      const { _tag, ...details } = step
      return yield* transferAtOnce({ ...details, currency: "EUR" })
    }
    case "Freeze":
      return yield* ask(step.id, { _tag: "FreezeAccount", reason: "why not" })
    case "Unfreeze":
      return yield* ask(step.id, { _tag: "UnfreezeAccount" })
    case "EmptyAndClose": {
      const amount = Amount.make(Account.balanceOf((yield* Accounts.load(step.id)).state))
      yield* ask(step.id, { _tag: "Withdraw", amount, channel: "Cash" })
      bank.outside -= amount
      return yield* ask(step.id, { _tag: "CloseAccount" })
    }
    case "Deposit":
      yield* ask(step.id, { _tag: "Deposit", amount: step.amount, channel: "Cash" })
      return bank.outside += step.amount
    case "Approve":
      return yield* Transfers.handle(String(step.nth), { _tag: "ApproveTransfer", by: "clerk-7" })
    case "Settle":
      bank.day += step.days
      return yield* settle(bank)
  }
})

const settle = ({ day }: Bank) => ShiftedClock.inDays(day)(Processes.moveMoney)

// The store yields at each append, so that other fibers run in between.
const slow = Effect.updateService(
  EventStore,
  (store) => EventStore.of({ ...store, append: (...args) => Effect.andThen(Effect.yieldNow, store.append(...args)) })
)

const live = Effect.fnUntraced(function*(steps: ReadonlyArray<readonly [Step, number | undefined]>) {
  const bank: Bank = { outside: 0, day: 0, transfers: [] }
  yield* Effect.forEach(ids, (id) => open(bank, id))
  for (const [step, delay] of steps) {
    const performed = Effect.ignore(perform(bank, step))
    if (delay === undefined || step._tag === "Settle") yield* performed
    else {
      const later = Effect.andThen(Effect.forEach(Array.from({ length: delay }), () => Effect.yieldNow), performed)
      yield* Effect.all([settle(bank), later], { concurrency: 2 })
    }
  }
  yield* settle(bank)
  const balances = yield* Effect.forEach(ids, (id) => Effect.map(Accounts.load(id), ({ state }) => state))
  const sagas = yield* Effect.forEach(bank.transfers, TotalMoney.sagaOf)
  return { bank, balances: balances.map(Account.balanceOf), sagas }
})

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((sum, number) => sum + number, 0)

describe("money", () => {
  it("is neither lost nor created by transfers, whatever happens to the accounts meanwhile", () =>
    fc.assert(
      fc.asyncProperty(steps, async (steps) => {
        const { balances, bank, sagas } = await Effect.runPromise(
          slow(live(steps)).pipe(Effect.provide(MemoryStore.layer, { local: true }))
        )
        expect(sum(balances) + sum(sagas.map(TransferMoney.inTransit))).toBe(bank.outside)
        expect(Math.min(...balances)).toBeGreaterThanOrEqual(0)
        // Only a saga that has not ended holds money.
        const ended = sagas.filter(({ status }) => status === "Succeeded" || status === "Compensated")
        expect(sum(ended.map(TransferMoney.inTransit))).toBe(0)
      }),
      { numRuns: 100 }
    ))
})
