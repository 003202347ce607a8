/** A program that deposits 1 cent several times: `node SqliteWriter.ts <file> <times>`. */
import { Effect } from "effect"
import { CommandHandler } from "refold"
import { layer } from "../../examples/howto/SqliteApp.ts"
import { Wallet } from "../../examples/Wallet.ts"

const [, , file = "", times = ""] = process.argv
const handle = CommandHandler.make(Wallet)
const deposit = handle("ada", { _tag: "Deposit", cents: 1, from: "a program" })

await Effect.runPromise(Effect.provide(Effect.replicateEffect(deposit, Number(times)), layer(file)))
