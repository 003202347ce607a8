/** Standing orders in a store. */
import * as CommandHandler from "refold/CommandHandler"
import * as StandingOrder from "./StandingOrder.ts"

/** Handles a command of the standing order `id`. Fails with its refusal, or an error of the store. */
export const handle = CommandHandler.make(StandingOrder.aggregate)
