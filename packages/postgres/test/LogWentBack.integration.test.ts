// A cold copy of the data folder is restored while programs use the server.
import * as LogWentBackSuite from "@refold/laws/process/LogWentBackSuite"
import { describe } from "vitest"
import * as ColdCopies from "./support/ColdCopies.ts"
import * as RestartableServer from "./support/RestartableServer.ts"

// Few inputs: for each, the server stops and starts twice.
describe.skipIf(RestartableServer.isMissing)(`a cold copy${RestartableServer.ifSkipped}`, () => {
  LogWentBackSuite.suite("of a server", ColdCopies.layer, { runs: 3 })
})
