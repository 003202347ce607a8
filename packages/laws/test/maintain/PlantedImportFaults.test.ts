// Planted faults of exports and imports.
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as FreshStore from "../../src/maintain/internal/FreshStore.ts"
import * as WholeStoreLaws from "../../src/maintain/internal/WholeStoreLaws.ts"
import * as WholeStoreSuite from "../../src/maintain/WholeStoreSuite.ts"
import type { Table } from "../support/Planted.ts"
import * as Planted from "../support/Planted.ts"
import * as Imports from "./faults/Imports.ts"

const store = (layer: typeof Imports.leavesOutKeys) => Planted.services(layer, WholeStoreSuite.properties())

const importLines = (faulty: WholeStoreLaws.ImportLines) =>
  Planted.services(FreshStore.layer(MemoryStore.layer), WholeStoreSuite.properties(faulty))

const laws: Table<typeof WholeStoreLaws> = {
  importedStoresAreTheSame: { "keys left out": store(Imports.leavesOutKeys) },
  cutImportsGoOn: { "progress that is forgotten": store(Imports.forgetsProgress) },
  damagedFilesAreRefused: { "damages that are ignored": importLines(Imports.ignoresDamages) },
  incompleteStoresAreClosed: { "batches that are visible at once": store(Imports.storesBatchesAtOnce) },
  dryRunsStoreNothing: { "dry runs that store": store(Imports.storesInDryRuns) }
}

Planted.find("WholeStoreLaws", WholeStoreLaws, [], laws)
