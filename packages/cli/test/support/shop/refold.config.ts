import { defineConfig } from "@refold/cli"
import { balances, fees, mail, Wallet } from "./Wallet.ts"

export default defineConfig({
  aggregates: [Wallet],
  projections: [balances({ repaired: true })],
  processes: [fees({ repaired: true })],
  consumers: [mail({ repaired: true })]
})
