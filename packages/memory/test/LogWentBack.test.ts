// A copy of the in-memory store is put back under everything that runs on it.
import * as LogWentBackSuite from "@refold/laws/process/LogWentBackSuite"
import * as MemoryStore from "@refold/memory/MemoryStore"

LogWentBackSuite.suite("memory", MemoryStore.layerWithCopies)
