// The saga of a transfer, by examples: its inputs and its reactions.
import * as Spec from "@refold/laws/Spec"
import * as Process from "refold/Process"
import { describe, expect, it } from "vitest"
import * as Account from "../src/Account.ts"
import { Amount, crowns } from "../src/Amount.ts"
import * as Transfer from "../src/Transfer.ts"
import * as TransferMoney from "../src/TransferMoney.ts"

const amount = crowns(300)
const moved = { amount, currency: "EUR", channel: "Transfer", purpose: "rent" } as const

const fail = (reason: string) => Process.send(Transfer.aggregate, "1", { _tag: "FailTransfer", reason })

// #region spec
const requested = Transfer.TransferRequested.make({ from: "ada", to: "bob", amount, currency: "EUR", purpose: "rent" })
const withdrawn = Account.MoneyWithdrawn.make({ ...moved, counterparty: "bob" })
const approved = Transfer.TransferApproved.make({ by: "clerk-7" })

const debit = Process.send(
  Account.aggregate,
  "ada",
  { _tag: "Withdraw", ...moved, counterparty: "bob" },
  { label: "debit" }
)
const ask = Process.send(Transfer.aggregate, "1", { _tag: "AskForApproval" }, { label: "approval" })
const credit = Process.send(
  Account.aggregate,
  "bob",
  { _tag: "Deposit", ...moved, counterparty: "ada" },
  { label: "credit" }
)
const refund = Process.send(
  Account.aggregate,
  "ada",
  { _tag: "Deposit", ...moved, counterparty: "bob", purpose: "refund of transfer 1" },
  { label: "undo debit" }
)
const succeeded = { _tag: "Succeeded" } as const
const refused = (_tag: string) => ({ _tag: "Refused", refusal: { _tag } }) as const

const begun = Spec.forProcess(TransferMoney.saga).when("transfer-1", requested)
const debited = begun.whenAnswered("debit", succeeded).when("account-ada", withdrawn, { by: "1" })
const ready = debited.whenAnswered("approval", succeeded).when("transfer-1", approved)

describe("a transfer of money", () => {
  it("withdraws, waits for the approval, and deposits", () => {
    begun.thenSends([debit])
    debited.thenSends([ask]).thenSchedules({ approval: "3 days" })
    ready.thenSends([credit])
    ready.whenAnswered("credit", succeeded)
      .thenSends([Process.send(Transfer.aggregate, "1", { _tag: "CompleteTransfer" })])
      .thenPhase("1", "Succeeded")
      .thenCompletes()
  })

  it("is refunded after three days without an approval", () => {
    const waiting = debited.whenAnswered("approval", succeeded)
    waiting.whenTimePasses("71 hours").thenNothing()
    waiting.whenTimePasses("3 days").thenSends([refund]).thenPhase("1", "Compensating")
      .whenAnswered("undo debit", succeeded).thenSends([fail("approval: timed out")]).thenPhase("1", "Compensated")
  })
})
// #endregion

describe("a transfer of money that fails", () => {
  it("needs no refund if the withdrawal was refused", () => {
    begun.whenAnswered("debit", refused("InsufficientFunds"))
      .thenSends([fail(`debit: refused: {"_tag":"InsufficientFunds"}`)])
      .thenPhase("1", "Compensated")
  })

  it.each(["AccountIsClosed", "AccountIsFrozen", "AccountNotOpen", "OtherCurrency"])(
    "is refunded if the other account refuses with %s",
    (reason) => {
      const compensating = ready.whenAnswered("credit", refused(reason))
      compensating.thenSends([refund]).thenPhase("1", "Compensating")
      compensating.whenAnswered("undo debit", succeeded)
        .thenSends([fail(`credit: refused: {"_tag":"${reason}"}`)])
        .thenPhase("1", "Compensated")
    }
  )

  it("does not mistake a refund for a credit, or another withdrawal for its debit", () => {
    begun.when("account-ada", withdrawn).thenNothing()
    begun.when("account-ada", withdrawn, { by: "2" }).thenNothing()
  })

  it("ignores an approval after the timeout", () => {
    const late = debited.whenAnswered("approval", succeeded).whenTimePasses("3 days").when("transfer-1", approved)
    late.thenNothing()
    late.whenAnswered("undo debit", succeeded).thenPhase("1", "Compensated")
    debited.whenTimePasses("3 days").whenAnswered("approval", succeeded).whenAnswered("undo debit", succeeded)
      .when("transfer-1", approved).thenNothing().thenPhase("1", "Compensated")
  })

  it("retries a refused refund, then waits for an operator", () => {
    let failing = ready.whenAnswered("credit", refused("AccountIsClosed"))
    for (const seconds of [1, 2, 4, 8]) {
      failing = failing.whenAnswered("undo debit", refused("AccountIsFrozen")).whenTimePasses({ seconds })
      failing.thenSends([refund])
    }
    const stuck = failing.whenAnswered("undo debit", refused("AccountIsFrozen"))
    stuck.thenPhase("1", "CompensationFailed")
    stuck.whenResumed("1", "the account is free again").thenSends([refund])
  })
})

describe("the money in transit", () => {
  const begun = {
    data: { id: "1", from: "ada", to: "bob", amount, currency: "EUR" as const },
    step: "debit",
    ahead: [],
    early: [],
    compensable: []
  }
  const at = (status: Exclude<TransferMoney.State["status"], "NotStarted">, done: ReadonlyArray<string>) =>
    TransferMoney.inTransit({
      ...begun,
      status,
      completed: done,
      toCompensate: [],
      compensated: [],
      attempts: 0,
      failure: "",
      failureHandled: false
    })

  it("is the amount from the debit to the credit, or to the refund", () => {
    expect(TransferMoney.inTransit({ status: "NotStarted" })).toBe(0)
    expect(at("Running", [])).toBe(0)
    expect(at("Running", ["debit"])).toBe(amount)
    expect(at("Running", ["debit", "approval"])).toBe(amount)
    expect(at("Compensating", ["debit", "approval"])).toBe(amount)
    expect(at("CompensationFailed", ["debit", "approval"])).toBe(amount)
    expect(at("Compensated", ["approval"])).toBe(Amount.make(0))
    expect(at("Succeeded", ["debit", "approval", "credit"])).toBe(0)
  })
})
