/**
 * The in-memory adapter: a Journal in a reference, and beside it what projections have made of it. It is the fake for
 * tests, and shows how little an adapter is.
 */
import type { EventReader } from "@refold/store/EventReader"
import { context, type EventStore } from "@refold/store/EventStore"
import { ReadModelStore } from "@refold/store/ReadModelStore"
import { SnapshotStore } from "@refold/store/SnapshotStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MutableRef from "effect/MutableRef"
import * as Generations from "./internal/Generations.ts"
import * as Journaled from "./internal/Journaled.ts"
import * as ReadModels from "./internal/ReadModels.ts"
import * as Snapshots from "./internal/Snapshots.ts"

/** What the adapter provides. */
export type Services = EventStore | EventReader | SnapshotStore | ReadModelStore

/** An empty store for events, snapshots and rows, gone with its scope. Times come from Effect's clock. */
export const layer: Layer.Layer<Services> = Layer.effectContext(Effect.gen(function*() {
  const generations = MutableRef.make(Generations.empty)
  return context(yield* Journaled.make(generations)).pipe(
    Context.add(SnapshotStore, yield* Snapshots.make),
    Context.add(ReadModelStore, ReadModels.make(generations))
  )
}))
