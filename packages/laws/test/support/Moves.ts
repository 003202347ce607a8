/** The saga of transfers that tests and their workers run. */
import * as ProcessHandler from "@refold/store/ProcessHandler"
import * as Sample from "../../src/Sample.ts"
import * as Transfers from "../../src/Transfers.ts"

export const saga = Transfers.make("moves", { compensation: { attempts: 2, backoff: "10 millis" } })

export const handlers = () => [ProcessHandler.of(Sample.aggregate), ProcessHandler.of(Transfers.aggregate)]
