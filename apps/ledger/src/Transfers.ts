/** Transfers in a store: ask one for something, look at one. */
import * as CommandHandler from "refold/CommandHandler"
import * as State from "refold/State"
import * as Transfer from "./Transfer.ts"

/** Asks the transfer `id`. Fails with the transfer's refusal, or as the store does. */
export const handle = CommandHandler.make(Transfer.aggregate)

/** The transfer `id` as it is now. */
export const load = (id: string) => State.load(Transfer.aggregate, id)
