import * as MemoryStore from "@refold/memory/MemoryStore"
import * as ConsumerSuite from "../../src/consume/ConsumerSuite.ts"

ConsumerSuite.suite("consumers in memory", MemoryStore.layer)
