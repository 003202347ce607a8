/**
 * The in-memory adapter: a `Journal` in a reference, and the rows of projections in another. Use it in tests, and as the
 * example for an adapter of your own.
 */
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import { context, type EventStore } from "@refold/store/log/EventStore"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MutableRef from "effect/MutableRef"
import * as MemorySnapshotStore from "./decide/internal/MemorySnapshotStore.ts"
import * as MemoryEventStore from "./log/internal/MemoryEventStore.ts"
import * as Generations from "./project/internal/Generations.ts"
import { withInline } from "./project/internal/InlineRows.ts"
import * as MemoryReadModelStore from "./project/internal/MemoryReadModelStore.ts"

/** The services of the adapter. */
export type Services = EventStore | EventReader | SnapshotStore | ReadModelStore

/** An empty store of events, snapshots and rows; its content is lost when its scope closes. Times are from Effect's clock. */
export const layer: Layer.Layer<Services> = Layer.effectContext(Effect.gen(function*() {
  const generations = MutableRef.make(Generations.empty)
  const log = yield* MemoryEventStore.make((rows, appended) => {
    generations.current = withInline(generations.current, rows, appended)
  })
  return context(log).pipe(
    Context.add(SnapshotStore, yield* MemorySnapshotStore.make),
    Context.add(ReadModelStore, MemoryReadModelStore.make(generations))
  )
}))
