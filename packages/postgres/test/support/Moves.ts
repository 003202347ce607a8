/** The saga of transfers that tests and their workers run. */
import * as Sample from "@refold/laws/internal/kit/Sample"
import * as Transfers from "@refold/laws/internal/process/Transfers"
import * as ProcessHandler from "@refold/store/process/ProcessHandler"

export const saga = Transfers.make("moves", { compensation: { attempts: 2, backoff: "10 millis" } })

export const handlers = () => [ProcessHandler.of(Sample.aggregate), ProcessHandler.of(Transfers.aggregate)]
