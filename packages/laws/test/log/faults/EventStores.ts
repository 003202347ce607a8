/** Event stores with one fault each. */
import type { Position } from "@refold/core/event/Position"
import type { RecordedEvent } from "@refold/core/event/RecordedEvent"
import { versionConflict } from "@refold/core/journal/AppendError"
import { type Commit, isGuard } from "@refold/core/journal/Commit"
import * as ExpectedVersion from "@refold/core/journal/ExpectedVersion"
import * as Journal from "@refold/core/journal/Journal"
import * as MemoryStore from "@refold/memory/MemoryStore"
import type { EventReader } from "@refold/store/log/EventReader"
import * as EventStore from "@refold/store/log/EventStore"
import * as Arr from "effect/Array"
import type * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type { JournalModule } from "../../../src/journal/internal/JournalRun.ts"
import { withoutGuards } from "../../../src/journal/internal/Programs.ts"

const eventStore = (adapter: Effect.Effect<EventStore.Adapter>) =>
  Layer.merge(MemoryStore.layer, Layer.effectContext(Effect.map(adapter, EventStore.context)))

type Ref = SubscriptionRef.SubscriptionRef<Journal.Journal>

/** Like the memory adapter, on another Journal. With `racy`, concurrent commits can interleave between read and write. */
const adapterOn = (module: JournalModule, { racy = false } = {}) =>
  // Some faults mutate the journal, so each adapter has its own object.
  Effect.map(SubscriptionRef.make<Journal.Journal>({ ...module.empty }), (ref): EventStore.Adapter => ({
    ...writerOn(module, ref, racy),
    ...readerOn(module, ref)
  }))

// Yields, so that answers arrive later, as from a database.
const readFrom = (ref: Ref) => <A, E>(select: (journal: Journal.Journal) => Result.Result<A, E>) =>
  Effect.flatMap(
    SubscriptionRef.get(ref),
    (journal) => Effect.andThen(Effect.yieldNow, Effect.fromResult(select(journal)))
  )

type Writer = Pick<EventStore.Adapter, "commit" | "findAppended" | "forgetKeys" | "inTransaction">

const writerOn = (module: JournalModule, ref: Ref, racy: boolean): Writer => {
  const read = readFrom(ref)
  return {
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
    inTransaction: Effect.succeed(false)
  }
}

const readerOn = (module: JournalModule, ref: Ref): Omit<EventStore.Adapter, keyof Writer> => {
  const read = readFrom(ref)
  const headOf = (journal: Journal.Journal) => ({ position: module.head(journal), instance: "one" })
  const logHead = Effect.map(SubscriptionRef.get(ref), headOf)
  return {
    readStream: (stream, options) =>
      Stream.fromArrayEffect(read((journal) => module.readStream(journal, stream, options))),
    readAll: (options) => Stream.fromArrayEffect(read((journal) => module.readAll(journal, options))),
    logHead,
    logHeads: Stream.map(SubscriptionRef.changes(ref), headOf),
    lastInstance: Effect.succeed("one"),
    bound: Effect.map(logHead, ({ position }) => ({ head: position, last: position, heldBackBy: [] })),
    findEvent: (id) => read((journal) => module.findEvent(journal, id)),
    streamVersions: (streams) =>
      Effect.map(
        SubscriptionRef.get(ref),
        (journal) => streams.map((stream) => module.streamVersion(journal, stream))
      )
  }
}

/** An adapter with the faults of its Journal. */
export const on = (module: JournalModule) => eventStore(adapterOn(module))

/** An adapter with a replaced function. */
export const changed = (change: (adapter: EventStore.Adapter) => Partial<EventStore.Adapter>) =>
  eventStore(Effect.map(adapterOn(Journal), (adapter) => ({ ...adapter, ...change(adapter) })))

export const sound = on(Journal)

const stores = new WeakMap<EventStore.EventStore["Service"], Context.Context<EventStore.EventStore | EventReader>>()

/** Runs an effect on the store in scope with another `commit`. Handlers see the same changed store each time. */
export const withCommit = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  change: (store: EventStore.Adapter) => EventStore.Adapter["commit"]
) =>
  Effect.flatMap(EventStore.EventStore, (store) => {
    const { append: _, ...adapter } = store
    const changed = stores.get(store) ?? EventStore.context({ ...adapter, commit: change(adapter) })
    stores.set(store, changed)
    return Effect.provideContext(effect, changed)
  })

/** Like a column with `default clock_timestamp()`, without a comparison with the previous event. */
export const recordsTheClock = changed((adapter) => {
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
    readStream: (stream, options) => retimed(adapter.readStream(stream, { ...options, columns: undefined })),
    readAll: (options) => retimed(adapter.readAll({ ...options, columns: undefined }))
  }
})

/** Reads the times of both clocks from one column, if columns are named. */
export const mixesUpTimes = changed((adapter) => {
  const mixedUp = Stream.map((event: RecordedEvent) => ({ ...event, recordedAt: event.occurredAt }))
  return {
    readAll: ({ columns, ...options } = {}) =>
      columns === undefined ? adapter.readAll(options) : mixedUp(adapter.readAll(options))
  }
})

export const losesWrites = eventStore(adapterOn(Journal, { racy: true }))

export const headIsTheNextPosition = changed(({ logHead }) => ({
  logHead: Effect.map(logHead, (head) => ({ ...head, position: (head.position + 1) as Position }))
}))

export const boundIsTheNextPosition = changed(({ bound }) => ({
  bound: Effect.map(bound, ({ last }) => {
    const next = (last + 1) as Position
    return { head: next, last: next, heldBackBy: [] }
  })
}))

export const looksKeysUpBeforeItsTransaction = changed((adapter) => ({
  commit: Effect.fnUntraced(function*(commit) {
    const { fingerprint = "", key } = commit.idempotency ?? {}
    const known = key === undefined ? Option.none() : yield* adapter.findAppended({ key, fingerprint })
    yield* Effect.yieldNow
    return Option.isSome(known) ? known.value : yield* adapter.commit({ writes: commit.writes })
  })
}))

/** Checks guards before it commits, like a query before the append. */
export const checksGuardsBeforeItCommits = changed((adapter) => ({
  commit: Effect.fnUntraced(function*(commit) {
    for (const guard of commit.writes.filter(isGuard)) {
      const [version] = yield* adapter.streamVersions([guard.stream])
      if (!ExpectedVersion.matches(guard.expected, version!)) {
        return yield* versionConflict(guard.stream, guard.expected, version!)
      }
    }
    yield* Effect.yieldNow
    return yield* adapter.commit(withoutGuards(commit))
  })
}))

const oneByOne = (adapter: EventStore.Adapter) =>
  Effect.fnUntraced(function*({ idempotency, writes }: Commit) {
    const first = writes.find((write) => !isGuard(write)) ?? writes[0]
    const guards = writes.filter((write) => write !== first && isGuard(write))
    const appended = yield* adapter.commit({ writes: [first, ...guards], ...(idempotency && { idempotency }) })
    let streams = appended.streams
    for (const write of writes.filter((write) => write !== first && !isGuard(write))) {
      yield* Effect.yieldNow
      streams = Arr.appendAll(streams, (yield* adapter.commit({ writes: [write] })).streams)
    }
    return { ...appended, streams, position: streams.at(-1)!.position }
  })

export const commitsEachStreamByItself = changed((adapter) => ({ commit: oneByOne(adapter) }))

/** Assigns positions early and shows events later, like a table that readers tail by its sequence. */
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
    readAll: (options) => Stream.filter(adapter.readAll({ ...options, columns: undefined }), ({ id }) => !open.has(id))
  }
})
