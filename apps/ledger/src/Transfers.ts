/** Transfers in a store: handles their commands, and loads them. */
import * as CommandHandler from "refold/CommandHandler"
import * as State from "refold/State"
import * as Transfer from "./Transfer.ts"

/** Handles a command of the transfer `id`. Fails with the transfer's refusal, or an error of the store. */
export const handle = CommandHandler.make(Transfer.aggregate)

/** The transfer `id` as it is now. */
export const load = (id: string) => State.load(Transfer.aggregate, id)
