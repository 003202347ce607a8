/** Accounts in a store: handles their commands, and loads them. */
import type { AsOf } from "refold/AsOf"
import * as CommandHandler from "refold/CommandHandler"
import * as State from "refold/State"
import * as Account from "./Account.ts"
import * as Balances from "./projection/Balances.ts"

/** Handles a command, and stores the balance with the events. Fails with the account's refusal, or an error of the store. */
export const handle = CommandHandler.make(Account.aggregate, { inline: [Balances.projection] })

/** The account `id`, now or as of a past point. */
export const load = (id: string, options?: { readonly asOf?: AsOf }) => State.load(Account.aggregate, id, options)
