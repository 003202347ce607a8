import * as DeciderSuite from "@refold/laws/decide/DeciderSuite"
import * as Spec from "@refold/laws/Spec"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Aggregate from "refold/Aggregate"
import { describe, expect, it } from "vitest"
import { Amount, crowns } from "../src/Amount.ts"
import * as Transfer from "../src/Transfer.ts"

const transfer = Spec.for(Transfer.decider)
const details = (amount: number, to = "bob") =>
  ({ from: "ada", to, amount: crowns(amount), currency: "EUR", purpose: "rent" }) as const
const requested = (amount: number) => Transfer.TransferRequested.make(details(amount))
const asked = Transfer.ApprovalAsked.make({})
const approved = (by: string) => Transfer.TransferApproved.make({ by })
const completed = Transfer.TransferCompleted.make({})
const failed = Transfer.TransferFailed.make({ reason: "no" })

const request = (amount: number, to?: string): Transfer.Command => ({ _tag: "RequestTransfer", ...details(amount, to) })
const approve: Transfer.Command = { _tag: "ApproveTransfer", by: "clerk-7" }
const ask: Transfer.Command = { _tag: "AskForApproval" }
const complete: Transfer.Command = { _tag: "CompleteTransfer" }
const fail: Transfer.Command = { _tag: "FailTransfer", reason: "no" }
const small = transfer.given([requested(10_000)])
const large = transfer.given([requested(10_000.01)])

describe("a transfer", () => {
  it("is requested once", () => {
    transfer.when(request(5)).then([requested(5)])
    small.when(request(5)).thenRefused({ _tag: "TransferAlreadyRequested" })
  })

  it("moves an amount above 0 to another account", () => {
    transfer.when(request(0)).thenRefused({ _tag: "TransferOfNothing" })
    transfer.when(request(5, "ada")).thenRefused({ _tag: "TransferToOneself" })
  })

  it.each([approve, ask, complete, fail])("that was not requested refuses %o", (command) => {
    transfer.when(command).thenRefused({ _tag: "TransferNotRequested" })
  })

  it("up to the limit is approved by rule, a larger one by an employee", () => {
    small.when(ask).then([approved(Transfer.byRule)])
    large.when(ask).then([asked])
    large.given([asked]).when(approve).then([approved("clerk-7")])
  })

  it("is approved once, and only after it was requested", () => {
    large.when(approve).thenRefused({ _tag: "ApprovalNotAsked" })
    large.given([asked]).when(ask).thenNothing()
    large.given([asked, approved("clerk-7")]).when(approve).thenNothing()
  })

  it("is completed when it is approved", () => {
    large.given([asked]).when(complete).thenRefused({ _tag: "NotApproved" })
    large.given([asked, approved("clerk-7")]).when(complete).then([completed])
  })

  it("can fail until it has ended", () => {
    for (const before of [[], [asked], [asked, approved("clerk-7")]]) large.given(before).when(fail).then([failed])
  })

  it.each([request(5), approve, ask, complete, fail])("that has ended refuses %o", (command) => {
    for (const end of [completed, failed]) small.given([end]).when(command).thenRefused({ _tag: "TransferIsOver" })
  })

  it("reports every malformed field of a request", () => {
    const parsed = Aggregate.parseCommand(Transfer.aggregate, { ...request(5), from: "", amount: -1, note: "x" })
    const paths = Result.isFailure(parsed) && parsed.failure._tag === "CommandInvalid"
      ? parsed.failure.issues.map(({ path }) => path)
      : []
    expect(paths.toSorted()).toEqual(["amount", "from", "note"])
  })
})

const amounts = fc.integer({ min: 0, max: 20_000_00 }).map((minorUnits) => Amount.make(minorUnits))

DeciderSuite.suite("the laws of the transfer's decider", Transfer.decider, {
  codec: Transfer.codec,
  commands: fc.oneof(
    amounts.map((amount) => ({ _tag: "RequestTransfer" as const, ...details(1), amount })),
    fc.constantFrom(approve, ask, complete, fail)
  )
})
