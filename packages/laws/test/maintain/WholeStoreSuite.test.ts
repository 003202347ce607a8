import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Layer from "effect/Layer"
import * as WholeStoreSuite from "../../src/maintain/WholeStoreSuite.ts"

WholeStoreSuite.suite("export and import in memory", MemoryStore.layer, Layer.empty)
