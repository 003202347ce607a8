// The laws of the PostgreSQL adapter: one call for each suite, as for any other adapter.
import * as ConsumerSuite from "@refold/laws/consume/ConsumerSuite"
import * as AgreementSuite from "@refold/laws/decide/AgreementSuite"
import * as EventStoreSuite from "@refold/laws/EventStoreSuite"
import * as LogBrowserSuite from "@refold/laws/log/LogBrowserSuite"
import * as ProcessSuite from "@refold/laws/process/ProcessSuite"
import * as ReadModelSuite from "@refold/laws/project/ReadModelSuite"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as EmbeddedStore from "./support/EmbeddedStore.ts"
import { layer, transaction } from "./support/Server.ts"

EventStoreSuite.suite("the PostgreSQL adapter on a server", layer, { transaction, runs: 15 })

EventStoreSuite.suite("the PostgreSQL adapter, embedded", EmbeddedStore.layer(), { transaction, runs: 8 })

LogBrowserSuite.suite("the log browser on a server", layer, { runs: 15 })

LogBrowserSuite.suite("the log browser, embedded", EmbeddedStore.layer(), { runs: 8 })

AgreementSuite.suite(
  "memory, server and embedded",
  [
    ["memory", MemoryStore.layer],
    ["server", layer],
    ["embedded", EmbeddedStore.layer()]
  ],
  AgreementSuite.sample,
  { runs: 10 }
)

ReadModelSuite.suite("projections on a server", layer, { runs: 8 })

ReadModelSuite.suite("projections, embedded", EmbeddedStore.layer(), { runs: 6 })

ReadModelSuite.agreement("projections in memory, on a server and embedded", [
  ["memory", MemoryStore.layer],
  ["server", layer],
  ["embedded", EmbeddedStore.layer()]
], { runs: 10 })

ProcessSuite.suite("processes on a server", layer, { runs: 8 })

ProcessSuite.suite("processes, embedded", EmbeddedStore.layer(), { runs: 4 })

ConsumerSuite.suite("consumers on a server", layer, { runs: 6 })

ConsumerSuite.suite("consumers, embedded", EmbeddedStore.layer(), { runs: 3 })
