/** The laws of snapshot stores. They ensure that snapshots change how long a load takes, and not its result. */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type Snapshot, type SnapshotKey, SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as FreshNames from "../../kit/internal/FreshNames.ts"
import { deepCopy, mutateDeeply } from "../../kit/internal/MutationProbe.ts"
import * as Law from "../../kit/Law.ts"

/** Two snapshots of a stream for a view with this name. */
export interface SnapshotPair {
  readonly view: string
  readonly one: Snapshot
  readonly two: Snapshot
}

const law = (
  name: string,
  sides: (pair: SnapshotPair, key: SnapshotKey) => Effect.Effect<Law.Sides, unknown, SnapshotStore>
): Law.Law<SnapshotPair, SnapshotStore> =>
  Law.make(
    name,
    (pair) =>
      Effect.flatMap(FreshNames.make, (fresh) =>
        sides(pair, {
          stream: fresh.stream(FreshNames.noteStream("snapshots")),
          view: pair.view,
          fingerprint: "first ✓"
        }))
  )

const save = (key: SnapshotKey, snapshot: Snapshot) =>
  Effect.flatMap(SnapshotStore, (store) => store.save(key, snapshot))

// An adapter may return additional fields.
const find = (key: SnapshotKey) =>
  Effect.map(
    Effect.flatMap(SnapshotStore, (store) => store.find(key)),
    Option.map(({ lastEventId, position, recordedAt, state, version }): Snapshot => ({
      version,
      lastEventId,
      position,
      recordedAt,
      state
    }))
  )

const changed = (key: SnapshotKey): SnapshotKey => ({ ...key, fingerprint: "second" })

/** Its state may be any JSON. */
export const savedIsFound = law("a saved snapshot is found", ({ one }, key) =>
  Effect.gen(function*() {
    yield* save(key, one)
    return { left: yield* find(key), right: Option.some(one) }
  }))

/** It was made by other code or with other schemas. */
export const anotherFingerprintFindsNone = law(
  "a snapshot of another fingerprint is not found",
  ({ one }, key) =>
    Effect.gen(function*() {
      yield* save(key, one)
      return { left: yield* find(changed(key)), right: Option.none() }
    })
)

/** Even by a snapshot of a lower version: the code that could read it is no longer deployed. */
export const anotherFingerprintIsReplaced = law(
  "a snapshot of another fingerprint is replaced",
  ({ one, two }, key) =>
    Effect.gen(function*() {
      yield* save(key, one)
      yield* save(changed(key), two)
      return { left: [yield* find(key), yield* find(changed(key))], right: [Option.none(), Option.some(two)] }
    })
)

/** A slow writer may save its snapshot late. */
export const lowerVersionDoesNotReplace = law(
  "a snapshot of a lower version does not replace one of a higher version",
  ({ one, two }, key) =>
    Effect.gen(function*() {
      yield* save(key, later(one, two))
      yield* save(key, one)
      return { left: yield* find(key), right: Option.some(later(one, two)) }
    })
)

/** The latest snapshot is kept. */
export const higherVersionReplaces = law(
  "a snapshot of a higher version replaces one of a lower version",
  ({ one, two }, key) =>
    Effect.gen(function*() {
      yield* save(key, one)
      yield* save(key, later(one, two))
      return { left: yield* find(key), right: Option.some(later(one, two)) }
    })
)

const later = (one: Snapshot, two: Snapshot): Snapshot => ({
  ...two,
  version: StreamVersion(one.version + two.version)
})

/** Each stream and each view has its own snapshot. */
export const snapshotsAreKeptApart = law(
  "snapshots of different streams and views are independent",
  ({ one, two }, key) =>
    Effect.gen(function*() {
      const others: ReadonlyArray<SnapshotKey> = [
        { ...key, view: `${key.view.slice(0, 200)}'` },
        { ...key, stream: `${key.stream}'` as SnapshotKey["stream"] }
      ]
      yield* save(key, one)
      const before = yield* Effect.forEach(others, find)
      yield* Effect.forEach(others, (other) => save(other, two))
      return {
        left: [yield* find(key), before, yield* Effect.forEach(others, find)],
        right: [Option.some(one), others.map(() => Option.none()), others.map(() => Option.some(two))]
      }
    })
)

/** Mutates the snapshot that `find` returned, then finds it again. */
export const foundSnapshotsAreNotShared = law(
  "mutating a snapshot that was found does not change the stored snapshot",
  ({ one }, key) =>
    Effect.gen(function*() {
      yield* save(key, one)
      const found = yield* find(key)
      const right = Option.map(found, deepCopy)
      mutateDeeply(Option.toArray(found))
      return { left: yield* find(key), right }
    })
)
