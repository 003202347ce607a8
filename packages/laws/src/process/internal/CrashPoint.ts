/** Crashes a process just before or just after one of its calls to the store. */
import { SnapshotStore } from "@refold/store/decide/SnapshotStore"
import { EventReader } from "@refold/store/log/EventReader"
import { EventStore } from "@refold/store/log/EventStore"
import { type Batch, ReadModelStore } from "@refold/store/project/ReadModelStore"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as fc from "fast-check"

/** The call to the store, counted from 1, and whether it still takes effect. */
export interface CrashPoint {
  readonly call: number
  readonly afterCall: boolean
}

/** Crashes at the first 70 calls. */
export const arbitrary: fc.Arbitrary<CrashPoint> = fc.record({
  call: fc.integer({ min: 1, max: 70 }),
  afterCall: fc.boolean()
})

type Stores = EventStore | EventReader | SnapshotStore | ReadModelStore

type Call = <A, E, R>(call: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>

/**
 * Runs an effect that crashes at a call to the store. After that none of its fibers continues: a defect would not do,
 * because the effect could catch it. True if it crashed, false if it ended before.
 */
export const during = Effect.fnUntraced(function*<A, E, R>(
  { afterCall, call }: CrashPoint,
  effect: Effect.Effect<A, E, R>
) {
  const crashed = yield* Deferred.make<true>()
  let calls = 0
  let hasCrashed = false
  const crash = Effect.suspend(() => {
    hasCrashed = true
    return Effect.andThen(Deferred.succeed(crashed, true), Effect.never)
  })
  const counted: Call = (toStore) =>
    Effect.suspend(() => {
      // Concurrent calls of the crashed process stop as well.
      if (hasCrashed) return Effect.never
      if (++calls !== call) return toStore
      return afterCall ? Effect.andThen(toStore, crash) : crash
    })
  const stores = crashingStores(yield* Effect.context<Stores>(), counted)
  return yield* Effect.raceFirst(Effect.as(Effect.provideContext(effect, stores), false), Deferred.await(crashed))
})

const crashingStores = (stores: Context.Context<Stores>, call: Call): Context.Context<Stores> => {
  const snapshots = Context.get(stores, SnapshotStore)
  const store = Context.get(stores, EventStore)
  const reader = Context.get(stores, EventReader)
  return Context.make(EventStore, {
    ...store,
    ...crashingReader(store, call),
    append: (...args) => call(store.append(...args)),
    commit: (...args) => call(store.commit(...args)),
    findAppended: (key) => call(store.findAppended(key))
  }).pipe(
    Context.add(EventReader, { ...reader, ...crashingReader(reader, call) }),
    Context.add(SnapshotStore, {
      find: (key) => call(snapshots.find(key)),
      save: (...args) => call(snapshots.save(...args))
    }),
    Context.add(ReadModelStore, crashingRows(Context.get(stores, ReadModelStore), call))
  )
}

const crashingRows = (rows: ReadModelStore["Service"], call: Call): ReadModelStore["Service"] => ({
  ...rows,
  open: (projection) => call(rows.open(projection)),
  update: (id, body, options) => call(rows.update(id, (batch) => body(crashingBatch(batch, call)), options)),
  updateAll: (id, body) =>
    call(
      rows.updateAll(id, ([first, ...others]) =>
        body([
          crashingBatch(first, call),
          ...others.map((batch) => crashingBatch(batch, call))
        ]))
    ),
  read: (...args) => call(rows.read(...args)),
  live: (projection) => call(rows.live(projection))
})

type Reads = Pick<EventReader["Service"], "readStream" | "readAll" | "head">

const crashingReader = ({ head, readAll, readStream }: Reads, call: Call): Reads => {
  const read = <A, E, R>(stream: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
    Stream.fromArrayEffect(call(Stream.runCollect(stream)))
  return {
    head: call(head),
    readStream: (...args) => read(readStream(...args)),
    readAll: (...args) => read(readAll(...args))
  }
}

const crashingBatch = (batch: Batch, call: Call): Batch => ({
  ...batch,
  rows: (keys) => call(batch.rows(keys)),
  parked: (streams) => call(batch.parked(streams)),
  discarded: (...args) => call(batch.discarded(...args)),
  save: (changes) => call(batch.save(changes)),
  add: (addition) => call(batch.add(addition)),
  redefine: (definition) => call(batch.redefine(definition)),
  promote: call(batch.promote)
})
