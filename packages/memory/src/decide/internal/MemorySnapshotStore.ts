/** The snapshot store in memory. */
import {
  checkKey,
  checkSnapshot,
  type Snapshot,
  type SnapshotKey,
  SnapshotStore
} from "@refold/store/decide/SnapshotStore"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"

/** The snapshots of a store. */
export type Snapshots = HashMap.HashMap<string, Saved>

/** No snapshots. */
export const empty: Snapshots = HashMap.empty()

/** The snapshot store over a reference. */
export const make = (snapshots: Ref.Ref<Snapshots>): SnapshotStore["Service"] => {
  const idOf = ({ stream, view }: SnapshotKey) => JSON.stringify([stream, view])
  return SnapshotStore.of({
    find: Effect.fnUntraced(function*(key) {
      const { fingerprint } = yield* Effect.fromResult(checkKey(key))
      return HashMap.get(yield* Ref.get(snapshots), idOf(key)).pipe(
        Option.filter((saved) => saved.fingerprint === fingerprint),
        Option.map(({ snapshot }) => snapshot)
      )
    }),
    save: Effect.fnUntraced(function*(key, unchecked) {
      const { fingerprint } = yield* Effect.fromResult(checkKey(key))
      const snapshot = yield* Effect.fromResult(checkSnapshot(unchecked))
      yield* Ref.update(snapshots, (all) => {
        const known = Option.getOrUndefined(HashMap.get(all, idOf(key)))
        const isNewer = known?.fingerprint !== fingerprint || known.snapshot.version < snapshot.version
        return isNewer ? HashMap.set(all, idOf(key), { key, fingerprint, snapshot }) : all
      })
    })
  })
}

/** All snapshots, each with its key. */
export const list = (snapshots: Snapshots): ReadonlyArray<SnapshotKey & Snapshot> =>
  [...HashMap.values(snapshots)].map(({ key, snapshot }) => ({ ...snapshot, ...key }))

interface Saved {
  readonly key: SnapshotKey
  readonly fingerprint: string
  readonly snapshot: Snapshot
}
