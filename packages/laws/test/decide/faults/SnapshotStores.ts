/** Snapshot stores with one fault each. */
import * as MemoryStore from "@refold/memory/MemoryStore"
import { type Snapshot, type SnapshotKey, SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"

type Snapshots = SnapshotStore["Service"]

const snapshots = (change: (store: Snapshots) => Partial<Snapshots>) =>
  Layer.merge(
    MemoryStore.layer,
    Layer.effect(
      SnapshotStore,
      Effect.map(SnapshotStore, (store) => SnapshotStore.of({ ...store, ...change(store) }))
    ).pipe(Layer.provide(Layer.fresh(MemoryStore.layer)))
  )

const withKey = (change: (key: SnapshotKey) => SnapshotKey) =>
  snapshots(({ find, save }) => ({
    find: (key) => find(change(key)),
    save: (key, snapshot) => save(change(key), snapshot)
  }))

export const ignoresNullStates = snapshots(({ find }) => ({
  find: (key) => Effect.map(find(key), Option.filter(({ state }) => state !== null))
}))

export const ignoresFingerprints = withKey((key) => ({ ...key, fingerprint: "any" }))

export const keepsOneSnapshotPerFingerprint = withKey((key) => ({ ...key, view: `${key.view} ${key.fingerprint}` }))

export const ignoresViews = withKey((key) => ({ ...key, view: "any" }))

/** Gives each snapshot a unique fingerprint, so that every snapshot replaces the one before. */
export const replacesByOlderSnapshots = snapshots(({ find, save }) => {
  let last = 0
  const numbered = (key: SnapshotKey, n: number) => ({ ...key, fingerprint: `${key.fingerprint} ${n}` })
  return {
    find: (key) => find(numbered(key, last)),
    save: (key, snapshot) => save(numbered(key, ++last), snapshot)
  }
})

export const keepsTheFirstSnapshot = snapshots(({ find, save }) => ({
  save: (key, snapshot) =>
    Effect.flatMap(find(key), Option.match({ onNone: () => save(key, snapshot), onSome: () => Effect.void }))
}))

const copied = (snapshot: Snapshot): Snapshot => ({ ...snapshot, state: structuredClone(snapshot.state) })

export const sharesItsSnapshots = snapshots(({ find }) => {
  const own = new Map<string, Snapshot>()
  return {
    find: (key) =>
      Effect.map(
        find(key),
        Option.map((snapshot) => {
          const id = JSON.stringify([key, snapshot.version])
          if (!own.has(id)) own.set(id, thawed(snapshot))
          return own.get(id)!
        })
      )
  }
})

/** Saves the state of another stream: the first one that was saved for the view. */
export const savesTheFirstState = snapshots(({ save }) => {
  const first = new Map<string, Snapshot["state"]>()
  return {
    save: (key, snapshot) => {
      if (!first.has(key.view)) first.set(key.view, snapshot.state)
      return save(key, { ...snapshot, state: first.get(key.view)! })
    }
  }
})
