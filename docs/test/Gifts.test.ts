// #region spec
import { Spec } from "@refold/laws"
import { Process } from "refold"
import { it } from "vitest"
import { GiftPromised, Giving } from "../examples/Gifts.ts"
import { Wallet } from "../examples/Wallet.ts"

const promised = Spec.forProcess(Giving).when("gift-1", GiftPromised.make({ from: "ada", to: "carl", cents: 300 }))

it("a gift that is refused is compensated", () => {
  promised.thenSends([Process.send(Wallet, "ada", { _tag: "Withdraw", cents: 300 }, { label: "pay" })])
  promised
    .whenAnswered("pay", { _tag: "Succeeded" })
    .whenAnswered("give", { _tag: "Refused", refusal: { _tag: "Full" } })
    .thenSends([
      Process.send(Wallet, "ada", { _tag: "Deposit", cents: 300, from: "a gift returned" }, { label: "undo pay" })
    ])
})
// #endregion
