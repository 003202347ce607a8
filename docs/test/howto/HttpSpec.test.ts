import { HttpSpec } from "@refold/http"
import { MemoryStore } from "refold"
import { it } from "vitest"
import { api } from "../../examples/howto/HttpServer.ts"
import { Deposited, Wallet, Withdrawn } from "../../examples/Wallet.ts"

// #region spec
const wallet = HttpSpec.for(Wallet, { api, name: "wallet", layer: MemoryStore.layer })
const full = Deposited.make({ cents: 500, from: "salary" })

it("a withdrawal up to the balance is accepted", () =>
  wallet.given([full]).when({ _tag: "Withdraw", cents: 300 }).then([Withdrawn.make({ cents: 300 })]))

it("a withdrawal of more is refused", () =>
  wallet.given([full]).when({ _tag: "Withdraw", cents: 900 }).thenRefused({ _tag: "NotEnough", balance: 500 }))
// #endregion
