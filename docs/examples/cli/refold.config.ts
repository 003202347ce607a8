// #region config
import { defineConfig } from "@refold/cli"
import { fees, salaries } from "../howto/Parked.ts"
import { Wallet } from "../Wallet.ts"

export default defineConfig({
  aggregates: [Wallet],
  projections: [salaries({ repaired: true })],
  processes: [fees({ repaired: true })]
})
// #endregion
