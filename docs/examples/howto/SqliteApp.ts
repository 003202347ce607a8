/** The services of a program on the SQLite store: snapshots and rows of projections from the memory adapter. */
import { Layer } from "effect"
import { MemoryStore, ReadModelStore, SnapshotStore } from "refold"
import * as SqliteStore from "./SqliteStore.ts"

// #region layer
// A store may lose snapshots, and rows can be folded again: those of the memory adapter serve until there are tables.
const inMemory = Layer.mergeAll(
  Layer.effect(SnapshotStore.SnapshotStore, SnapshotStore.SnapshotStore),
  Layer.effect(ReadModelStore.ReadModelStore, ReadModelStore.ReadModelStore)
).pipe(Layer.provide(MemoryStore.layer))

export const layer = (path: string) => Layer.merge(SqliteStore.layer(path), inMemory)
// #endregion
