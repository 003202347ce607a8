// The memory adapter's whole test file. It is here and not with the adapter, for packages must not need each other to be built.
import * as EventStoreSuite from "@refold/laws/EventStoreSuite"
import * as SkewedClock from "@refold/laws/internal/kit/SkewedClock"
import * as ProcessSuite from "@refold/laws/process/ProcessSuite"
import * as ReadModelSuite from "@refold/laws/project/ReadModelSuite"
import * as MemoryStore from "@refold/memory/MemoryStore"
import * as Layer from "effect/Layer"

EventStoreSuite.suite("the memory adapter", MemoryStore.layer)

EventStoreSuite.suite(
  "the memory adapter, by a clock that jumps back and forth",
  Layer.provideMerge(MemoryStore.layer, SkewedClock.jittering)
)

ReadModelSuite.suite("the memory adapter's projections", MemoryStore.layer)

ProcessSuite.suite("the memory adapter's processes", MemoryStore.layer)
