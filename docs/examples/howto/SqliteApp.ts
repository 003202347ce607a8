/** The services of a program on the SQLite store: snapshots and rows of projections from the memory adapter. */
import { Layer } from "effect"
import { MemoryStore, SnapshotStore } from "refold"
import * as SqliteStore from "./SqliteStore.ts"

// #region layer
// A store may lose snapshots, and rows can be folded again: those of the memory adapter serve until there are tables.
const snapshots = Layer.effect(SnapshotStore.SnapshotStore, SnapshotStore.SnapshotStore).pipe(
  Layer.provide(MemoryStore.layer)
)

export const layer = (path: string) =>
  Layer.merge(snapshots, Layer.provideMerge(MemoryStore.layerReadModels, SqliteStore.layer(path)))
// #endregion
