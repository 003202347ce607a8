/** Standing orders in a store. */
import * as CommandHandler from "refold/CommandHandler"
import * as StandingOrder from "./StandingOrder.ts"

/** Asks the standing order `id`. Fails with its refusal, or as the store does. */
export const handle = CommandHandler.make(StandingOrder.aggregate)
