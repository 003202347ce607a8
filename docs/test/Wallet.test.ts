// #region spec
import { Spec } from "@refold/laws"
import { it } from "vitest"
import { decider, Deposited, Withdrawn } from "../examples/Wallet.ts"

const wallet = Spec.for(decider)

it("pays up to its balance", () => {
  wallet.given([Deposited.make({ cents: 500, from: "salary" })])
    .when({ _tag: "Withdraw", cents: 500 })
    .then([Withdrawn.make({ cents: 500 })])
})

it("refuses to pay more than its balance", () => {
  wallet.given([]).when({ _tag: "Withdraw", cents: 1 }).thenRefused({ _tag: "NotEnough", balance: 0 })
})
// #endregion
