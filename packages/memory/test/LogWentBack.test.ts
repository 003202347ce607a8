// A copy of the in-memory store is restored under the programs that run on it.
import * as LogWentBackSuite from "@refold/laws/process/LogWentBackSuite"
import * as MemoryStore from "@refold/memory/MemoryStore"

LogWentBackSuite.suite("memory", MemoryStore.layerWithCopies)
