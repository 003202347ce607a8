/**
 * The in-memory adapter: a Journal in a reference, and beside it what projections have made of it. It is the fake for
 * tests, and shows how little an adapter is.
 */
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import type { EventReader } from "@refold/store/log/EventReader"
import { context, type EventStore } from "@refold/store/log/EventStore"
import { ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as MutableRef from "effect/MutableRef"
import * as Snapshots from "./decide/internal/Snapshots.ts"
import * as JournalLog from "./log/internal/JournalLog.ts"
import * as Generations from "./project/internal/Generations.ts"
import { withInline } from "./project/internal/InlineRows.ts"
import * as ReadModels from "./project/internal/ReadModels.ts"

/** What the adapter provides. */
export type Services = EventStore | EventReader | SnapshotStore | ReadModelStore

/** An empty store for events, snapshots and rows, gone with its scope. Times come from Effect's clock. */
export const layer: Layer.Layer<Services> = Layer.effectContext(Effect.gen(function*() {
  const generations = MutableRef.make(Generations.empty)
  const log = yield* JournalLog.make((rows, appended) => {
    generations.current = withInline(generations.current, rows, appended)
  })
  return context(log).pipe(
    Context.add(SnapshotStore, yield* Snapshots.make),
    Context.add(ReadModelStore, ReadModels.make(generations))
  )
}))
