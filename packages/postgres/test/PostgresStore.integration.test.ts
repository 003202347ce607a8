// The PostgreSQL adapter's test files are one call each, as anybody's are.
import * as AgreementSuite from "@refold/laws/decide/AgreementSuite"
import * as EventStoreSuite from "@refold/laws/EventStoreSuite"
import * as ProcessSuite from "@refold/laws/process/ProcessSuite"
import * as ReadModelSuite from "@refold/laws/project/ReadModelSuite"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as PostgresStore from "@refold/postgres/PostgresStore"
import { layer, transaction } from "./support/Server.ts"

EventStoreSuite.suite("the PostgreSQL adapter on a server", layer, { transaction })

EventStoreSuite.suite("the PostgreSQL adapter, embedded", PostgresStore.layerEmbedded(), { transaction })

AgreementSuite.suite("memory, server and embedded", [
  ["memory", MemoryStore.layer],
  ["server", layer],
  ["embedded", PostgresStore.layerEmbedded()]
], AgreementSuite.sample)

ReadModelSuite.suite("projections on a server", layer, { runs: 15 })

ReadModelSuite.suite("projections, embedded", PostgresStore.layerEmbedded(), { runs: 15 })

ReadModelSuite.agreement("projections in memory, on a server and embedded", [
  ["memory", MemoryStore.layer],
  ["server", layer],
  ["embedded", PostgresStore.layerEmbedded()]
])

ProcessSuite.suite("processes on a server", layer, { runs: 12 })

ProcessSuite.suite("processes, embedded", PostgresStore.layerEmbedded(), { runs: 4 })
