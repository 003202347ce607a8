// The memory adapter's whole test file. It is here and not with the adapter, for packages must not need each other to be built.
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Layer from "effect/Layer"
import * as EventStoreSuite from "../src/EventStoreSuite.ts"
import * as ProcessSuite from "../src/ProcessSuite.ts"
import * as ReadModelSuite from "../src/ReadModelSuite.ts"
import * as JumpingClock from "./faults/JumpingClock.ts"

EventStoreSuite.suite("the memory adapter", MemoryStore.layer)

EventStoreSuite.suite(
  "the memory adapter, by a clock that jumps back and forth",
  Layer.provideMerge(MemoryStore.layer, JumpingClock.layer)
)

ReadModelSuite.suite("the memory adapter's projections", MemoryStore.layer)

ProcessSuite.suite("the memory adapter's processes", MemoryStore.layer)
