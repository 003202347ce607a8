import { defineConfig } from "@refold/cli"
import { balances, Wallet } from "../shop/Wallet.ts"
import { layer } from "./Seal.ts"

export default defineConfig({
  aggregates: [Wallet],
  projections: [balances({ repaired: true })],
  services: layer
})
