/** A program to be bundled: one command on the server that DATABASE_URL names. Prints the state. */
import { Console, Effect } from "effect"
import { CommandHandler } from "refold"
import * as Stores from "../../examples/howto/Stores.ts"
import { Wallet } from "../../examples/Wallet.ts"

const deposit = CommandHandler.make(Wallet)("ada", { _tag: "Deposit", cents: 5, from: "salary" })

await Effect.runPromise(
  Effect.provide(Effect.flatMap(deposit, ({ state }) => Console.log(state)), Stores.server)
)
