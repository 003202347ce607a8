/** Runs the app's processes, with the handlers of their commands. */
import * as Effect from "effect/Effect"
import * as ProcessHandler from "refold/ProcessHandler"
import * as ProcessRunner from "refold/ProcessRunner"
import * as Account from "./Account.ts"
import * as Accounts from "./Accounts.ts"
import * as PayStandingOrders from "./PayStandingOrders.ts"
import * as Transfer from "./Transfer.ts"
import * as TransferMoney from "./TransferMoney.ts"
import * as Transfers from "./Transfers.ts"

const handlers = [
  ProcessHandler.withHandler(Account.aggregate, Accounts.handle),
  ProcessHandler.withHandler(Transfer.aggregate, Transfers.handle)
]

/** Requests the transfers of all standing orders that are due, and ends. */
export const payOrders = ProcessRunner.catchUp(PayStandingOrders.process, { handlers })

/** Does all work of transfers that is due now, and ends. */
export const moveMoney = ProcessRunner.catchUp(TransferMoney.saga, { handlers })

/** Runs all processes until the scope closes; any number of programs may. */
export const start = Effect.andThen(
  ProcessRunner.start(PayStandingOrders.process, { handlers }),
  ProcessRunner.start(TransferMoney.saga, { handlers })
)
