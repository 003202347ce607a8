/** The in-memory adapter: a Journal in a Ref. It is the fake for tests, and shows how little an adapter is. */
import type { InvalidInput } from "@refold/core/InvalidInput"
import * as Journal from "@refold/core/Journal"
import type { RecordedEvent } from "@refold/core/RecordedEvent"
import * as EventStore from "@refold/store/EventStore"
import { checkKey, checkSnapshot, type Snapshot, type SnapshotKey, SnapshotStore } from "@refold/store/SnapshotStore"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

const eventStore = Effect.gen(function*() {
  const journal = yield* Ref.make(Journal.empty)
  const read = (select: (journal: Journal.Journal) => Result.Result<ReadonlyArray<RecordedEvent>, InvalidInput>) =>
    Stream.fromArrayEffect(Effect.flatMap(Ref.get(journal), (current) => Effect.fromResult(select(current))))
  return EventStore.fromAdapter({
    commit: Effect.fnUntraced(function*(commit) {
      const now = yield* DateTime.now
      const result = yield* Ref.modify(journal, (current) => {
        const appended = Journal.append(current, commit, now)
        return [appended, Result.isSuccess(appended) ? appended.success[0] : current]
      })
      return (yield* Effect.fromResult(result))[1]
    }),
    findAppended: (idempotency) =>
      Effect.flatMap(Ref.get(journal), (current) => Effect.fromResult(Journal.findAppended(current, idempotency))),
    readStream: (stream, options) => read((current) => Journal.readStream(current, stream, options)),
    readAll: (options) => read((current) => Journal.readAll(current, options)),
    head: Effect.map(Ref.get(journal), Journal.head)
  })
})

const snapshotStore = Effect.gen(function*() {
  const snapshots = yield* Ref.make(HashMap.empty<string, Saved>())
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
        return isNewer ? HashMap.set(all, idOf(key), { fingerprint, snapshot }) : all
      })
    })
  })
})

interface Saved {
  readonly fingerprint: string
  readonly snapshot: Snapshot
}

/** An empty store for events and snapshots, gone with its scope. Times come from Effect's clock. */
export const layer: Layer.Layer<EventStore.EventStore | SnapshotStore> = Layer.mergeAll(
  Layer.effect(EventStore.EventStore, eventStore),
  Layer.effect(SnapshotStore, snapshotStore)
)
