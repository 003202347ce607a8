/** What every adapter promises of its snapshot store, so that snapshots can change how long a load takes and no more. */
import { StreamVersion } from "@refold/core/event/StreamVersion"
import { type Snapshot, type SnapshotKey, SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Fresh from "../../kit/internal/Fresh.ts"
import { copy, vandalise } from "../../kit/internal/Vandal.ts"
import * as Law from "../../kit/Law.ts"

/** Two snapshots of a stream under the name of a view. */
export interface Two {
  readonly view: string
  readonly one: Snapshot
  readonly two: Snapshot
}

const law = (
  name: string,
  sides: (two: Two, key: SnapshotKey) => Effect.Effect<Law.Sides, unknown, SnapshotStore>
): Law.Law<Two, SnapshotStore> =>
  Law.make(
    name,
    (two) =>
      Effect.flatMap(Fresh.make, (fresh) =>
        sides(two, { stream: fresh.stream(Fresh.noteStream("snapshots")), view: two.view, fingerprint: "first ✓" }))
  )

const save = (key: SnapshotKey, snapshot: Snapshot) =>
  Effect.flatMap(SnapshotStore, (store) => store.save(key, snapshot))

// An adapter may give more than it has to.
const find = (key: SnapshotKey) =>
  Effect.map(
    Effect.flatMap(SnapshotStore, (store) => store.find(key)),
    Option.map(({ position, recordedAt, state, version }): Snapshot => ({ version, position, recordedAt, state }))
  )

const changed = (key: SnapshotKey): SnapshotKey => ({ ...key, fingerprint: "second" })

/** With its state, whatever JSON that is. */
export const savedIsFound = law("a snapshot that was saved is found", ({ one }, key) =>
  Effect.gen(function*() {
    yield* save(key, one)
    return { left: yield* find(key), right: Option.some(one) }
  }))

/** It was made by other code, or from other schemas. */
export const anotherFingerprintFindsNone = law(
  "a snapshot of another fingerprint is not found",
  ({ one }, key) =>
    Effect.gen(function*() {
      yield* save(key, one)
      return { left: yield* find(changed(key)), right: Option.none() }
    })
)

/** Even one of a higher version: nobody can read it any more. */
export const anotherFingerprintIsReplaced = law(
  "a snapshot of another fingerprint is replaced",
  ({ one, two }, key) =>
    Effect.gen(function*() {
      yield* save(key, one)
      yield* save(changed(key), two)
      return { left: [yield* find(key), yield* find(changed(key))], right: [Option.none(), Option.some(two)] }
    })
)

/** A slow writer's snapshot comes too late. */
export const lowerVersionDoesNotReplace = law(
  "a snapshot of a lower version does not replace",
  ({ one, two }, key) =>
    Effect.gen(function*() {
      yield* save(key, later(one, two))
      yield* save(key, one)
      return { left: yield* find(key), right: Option.some(later(one, two)) }
    })
)

/** The latest is kept. */
export const higherVersionReplaces = law(
  "a snapshot of a higher version replaces",
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

/** Other streams and other views have snapshots of their own. */
export const snapshotsAreKeptApart = law(
  "snapshots of other streams and views are kept apart",
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

/** What `find` gave is changed by force, then found again. */
export const nothingHandedOutIsHeld = law(
  "changing what was found does not change the snapshot",
  ({ one }, key) =>
    Effect.gen(function*() {
      yield* save(key, one)
      const found = yield* find(key)
      const right = Option.map(found, copy)
      vandalise(Option.toArray(found))
      return { left: yield* find(key), right }
    })
)
