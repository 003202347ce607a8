// A program for the browser: wallets in memory, with promises.
import { openMemory } from "refold/promise"
import { Wallet } from "../../examples/Wallet.ts"

const store = await openMemory()
const wallet = store.handler(Wallet)
await wallet("ada", { _tag: "Deposit", cents: 1000, from: "salary" })
const { state } = await wallet("ada", { _tag: "Withdraw", cents: 500 })
const refused = await wallet.try("ada", { _tag: "Withdraw", cents: 501 })
await store.close()

/** What the page shows. */
export const shown = { balance: state, refused: !refused.ok && refused.error._tag === "Refused" }
