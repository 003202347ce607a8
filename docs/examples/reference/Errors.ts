/** Errors by tag: a refusal, a repetition, and a bad request. */
import { Effect } from "effect"
import { CommandHandler } from "refold"
import { Wallet } from "../Wallet.ts"

const handle = CommandHandler.make(Wallet)

// #region catch
/** Withdraws money from a wallet, and returns a text. */
export const withdraw = (id: string, cents: number, idempotencyKey: string) =>
  handle(id, { _tag: "Withdraw", cents }, { idempotencyKey }).pipe(
    Effect.map(({ state }) => `paid, ${state} left`),
    // The same command again under the same key: it takes effect once.
    Effect.retry({ times: 3, while: ({ _tag }) => _tag === "OutcomeUnknown" }),
    // A refusal of the wallet, with the type of the decider.
    Effect.catchTag("NotEnough", ({ balance }) => Effect.succeed(`there is only ${balance}`)),
    Effect.catchTag(
      ["CommandInvalid", "IdempotencyConflict"],
      ({ message }) => Effect.succeed(`bad request: ${message}`)
    )
  )
// #endregion
