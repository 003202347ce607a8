// The functions of the SQL API satisfy every law of a store: psql writes and reads the same as TypeScript.
import * as EventStoreSuite from "@refold/laws/EventStoreSuite"
import * as LogBrowserSuite from "@refold/laws/log/LogBrowserSuite"
import * as EmbeddedStore from "../support/EmbeddedStore.ts"
import { layer, transaction } from "../support/Server.ts"
import * as SqlApiStore from "../support/SqlApiStore.ts"

EventStoreSuite.suite("the SQL functions on a server", SqlApiStore.over(layer), { transaction, runs: 10 })

LogBrowserSuite.suite("the log browser by SQL functions", SqlApiStore.over(layer), { runs: 10 })

EventStoreSuite.suite("the SQL functions, embedded", SqlApiStore.over(EmbeddedStore.layer()), {
  transaction,
  runs: 4
})
