/** Adapters with one fault each, most of them the memory adapter with something wrong about it. */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import type { Commit } from "@refold/core/journal/Commit"
import * as Journal from "@refold/core/journal/Journal"
import * as MemoryStore from "@refold/memory/MemoryStore"
import { type Snapshot, type SnapshotKey, SnapshotStore } from "@refold/store/decide/SnapshotStore"
import * as EventStore from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { JournalModule } from "../../src/journal/internal/JournalRun.ts"

const eventStore = (adapter: Effect.Effect<EventStore.Adapter>) =>
  Layer.merge(MemoryStore.layer, Layer.effectContext(Effect.map(adapter, EventStore.context)))

/** As the memory adapter, on another Journal. With `racy`, others get their turn between its reading and its writing. */
const adapterOn = (module: JournalModule, { racy = false } = {}) =>
  Effect.gen(function*() {
    // Its own object, for some faults change it.
    const ref = yield* SubscriptionRef.make<Journal.Journal>({ ...module.empty })
    const read = <A, E>(select: (journal: Journal.Journal) => Result.Result<A, E>) =>
      // Answers arrive late, as from a database.
      Effect.flatMap(
        SubscriptionRef.get(ref),
        (journal) => Effect.andThen(Effect.yieldNow, Effect.fromResult(select(journal)))
      )
    const head = Effect.map(SubscriptionRef.get(ref), module.head)
    const adapter: EventStore.Adapter = {
      commit: Effect.fnUntraced(function*(commit) {
        const appended = module.append(yield* SubscriptionRef.get(ref), commit, yield* DateTime.now)
        if (racy) yield* Effect.yieldNow
        const [journal, result] = yield* Effect.fromResult(appended)
        yield* SubscriptionRef.set(ref, journal)
        return result
      }),
      findAppended: (key) => read((journal) => module.findAppended(journal, key)),
      forgetKeys: Effect.fnUntraced(function*(before) {
        const [journal, count] = yield* read((journal) => module.forgetKeys(journal, before))
        yield* SubscriptionRef.set(ref, journal)
        return count
      }),
      inTransaction: Effect.succeed(false),
      readStream: (stream, options) =>
        Stream.fromArrayEffect(read((journal) => module.readStream(journal, stream, options))),
      readAll: (options) => Stream.fromArrayEffect(read((journal) => module.readAll(journal, options))),
      head,
      heads: Stream.map(SubscriptionRef.changes(ref), module.head),
      bound: Effect.map(head, (at) => ({ head: at, last: at, heldBackBy: [] })),
      findEvent: (id) => read((journal) => module.findEvent(journal, id)),
      streamVersions: (streams) =>
        Effect.map(
          SubscriptionRef.get(ref),
          (journal) => streams.map((stream) => module.streamVersion(journal, stream))
        )
    }
    return adapter
  })

/** An adapter that is as faulty as its Journal. */
export const on = (module: JournalModule) => eventStore(adapterOn(module))

const changed = (change: (adapter: EventStore.Adapter) => Partial<EventStore.Adapter>) =>
  eventStore(Effect.map(adapterOn(Journal), (adapter) => ({ ...adapter, ...change(adapter) })))

export const sound = on(Journal)

/** As a column with `default clock_timestamp()`, which nobody compares with the event before. */
export const trustsItsClock = changed((adapter) => {
  const times = new Map<string, DateTime.Utc>()
  const retimed = Stream.map((event: RecordedEvent) => ({
    ...event,
    recordedAt: times.get(event.id) ?? event.recordedAt
  }))
  return {
    commit: Effect.fnUntraced(function*(commit) {
      const now = yield* DateTime.now
      const appended = yield* adapter.commit(commit)
      for (const { id } of commit.writes.flatMap(({ events }) => events)) times.set(id.toLowerCase(), now)
      return appended
    }),
    readStream: (stream, options) => retimed(adapter.readStream(stream, options)),
    readAll: (options) => retimed(adapter.readAll(options))
  }
})

export const losesWrites = eventStore(adapterOn(Journal, { racy: true }))

export const headIsTheNextPosition = changed(({ head }) => ({
  head: Effect.map(head, (position) => (position + 1) as Position)
}))

export const looksKeysUpBeforeItsTransaction = changed((adapter) => ({
  commit: Effect.fnUntraced(function*(commit) {
    const { fingerprint = "", key } = commit.idempotency ?? {}
    const known = key === undefined ? Option.none() : yield* adapter.findAppended({ key, fingerprint })
    yield* Effect.yieldNow
    return Option.isSome(known) ? known.value : yield* adapter.commit({ writes: commit.writes })
  })
}))

const oneByOne = (adapter: EventStore.Adapter) =>
  Effect.fnUntraced(function*({ idempotency, writes: [first, ...rest] }: Commit) {
    const appended = yield* adapter.commit({ writes: [first], ...(idempotency && { idempotency }) })
    let streams = appended.streams
    for (const write of rest) {
      yield* Effect.yieldNow
      streams = Arr.appendAll(streams, (yield* adapter.commit({ writes: [write] })).streams)
    }
    return { ...appended, streams, position: streams.at(-1)!.position }
  })

export const commitsEachStreamByItself = changed((adapter) => ({ commit: oneByOne(adapter) }))

/** Draws positions at once and shows events later, as a table does whose readers trust its sequence. */
export const readsPastOpenTransactions = changed((adapter) => {
  const open = new Set<string>()
  let n = 0
  return {
    commit: Effect.fnUntraced(function*(commit) {
      const ids = commit.writes.flatMap(({ events }) => events.map(({ id }) => id.toLowerCase()))
      for (const id of ids) open.add(id)
      const appended = yield* Effect.exit(adapter.commit(commit))
      yield* Effect.sleep((n++ * 7) % 5)
      for (const id of ids) open.delete(id)
      return yield* appended
    }),
    readAll: (options) => Stream.filter(adapter.readAll(options), ({ id }) => !open.has(id))
  }
})

type Snapshots = SnapshotStore["Service"]

const snapshots = (change: (store: Snapshots) => Partial<Snapshots>) =>
  Layer.merge(
    MemoryStore.layer,
    Layer.effect(
      SnapshotStore,
      Effect.map(SnapshotStore, (store) => SnapshotStore.of({ ...store, ...change(store) }))
    ).pipe(Layer.provide(Layer.fresh(MemoryStore.layer)))
  )

const asked = (change: (key: SnapshotKey) => SnapshotKey) =>
  snapshots(({ find, save }) => ({
    find: (key) => find(change(key)),
    save: (key, snapshot) => save(change(key), snapshot)
  }))

export const takesNullForNoSnapshot = snapshots(({ find }) => ({
  find: (key) => Effect.map(find(key), Option.filter(({ state }) => state !== null))
}))

export const ignoresFingerprints = asked((key) => ({ ...key, fingerprint: "any" }))

export const keepsOneSnapshotPerFingerprint = asked((key) => ({ ...key, view: `${key.view} ${key.fingerprint}` }))

export const ignoresViews = asked((key) => ({ ...key, view: "any" }))

/** Told apart by a fingerprint that never comes back, every snapshot replaces. */
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

const thawed = (snapshot: Snapshot): Snapshot => ({ ...snapshot, state: structuredClone(snapshot.state) })

export const handsOutItsOwnSnapshots = snapshots(({ find }) => {
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

/** A snapshot that says that it holds one event less than it does, so that the tail repeats that one. */
export const countsSnapshotsFromZero = snapshots(({ find }) => ({
  find: (key) =>
    Effect.map(
      find(key),
      Option.map((snapshot) => ({ ...snapshot, version: Math.max(0, snapshot.version - 1) as Snapshot["version"] }))
    )
}))
